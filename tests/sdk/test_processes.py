"""Processes begin, fork, end and are killed; every event is sent by the one that should, once."""

import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.sdk.conftest import Connect, Program, segments, spooled_ids
from tests.sdk.door import Door
from tests.sdk.test_sending import eventually


def finish(process) -> str:
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err == ""
    return str(out)


def agents(door: Door) -> list[str]:
    return [event["agent"] for event in door.stored.values()]


def test_the_package_is_imported_without_what_only_sending_needs(program: Program):
    heavy = finish(
        program("""
        import sys, outlay_sdk
        print(*[name for name in ("httpx", "asyncio", "ssl", "http.client") if name in sys.modules])
        """)
    )
    assert heavy.strip() == ""


def test_a_program_that_ends_at_once_has_sent_its_events(program: Program, door: Door):
    finish(
        program("""
        import outlay_sdk
        client = outlay_sdk.Outlay()
        for number in range(700):
            client.track(cost=1, agent=str(number))
        """)
    )
    assert agents(door) == [str(number) for number in range(700)]


def test_a_program_that_forgot_its_client_has_sent_its_events_too(program: Program, door: Door):
    finish(program("import outlay_sdk; outlay_sdk.Outlay().track(cost=1, agent='a')"))
    assert agents(door) == ["a"]


def test_a_program_that_ends_with_an_error_has_sent_its_events(program: Program, door: Door):
    process = program("import outlay_sdk; outlay_sdk.Outlay().track(cost=1, agent='a'); raise SystemExit(3)")
    process.communicate(timeout=60)
    assert process.returncode == 3
    assert agents(door) == ["a"]


def test_what_is_tracked_while_the_program_ends_is_not_lost(program: Program, door: Door):
    finish(
        program("""
        import atexit, outlay_sdk
        client = outlay_sdk.Outlay()
        atexit.register(lambda: client.track(cost=1, agent="last words"))
        """)
    )
    assert agents(door) == ["last words"]


def test_a_program_that_ends_while_the_server_is_away_leaves_its_events_to_the_next(
    program: Program, door: Door, spool: Path
):
    door.close()
    code = """
        import outlay_sdk
        client = outlay_sdk.Outlay()
        for number in range(50):
            client.track(cost=1, agent=str(number))
        """
    program(code).communicate(timeout=60)
    assert len(spooled_ids(spool)) == 50
    door.open()
    finish(program("import outlay_sdk; assert outlay_sdk.Outlay().flush()"))

    assert agents(door) == [str(number) for number in range(50)]
    assert segments(spool) == []


def test_the_end_of_a_program_does_not_wait_for_a_server_that_does_not_answer(
    program: Program, door: Door, spool: Path
):
    door.opened.clear()
    process = program("""
        import outlay_sdk
        client = outlay_sdk.Outlay(exit_timeout_s=0.3)
        client.track(cost=1, agent="a")
        """)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(spooled_ids(spool)) == 1


def test_a_killed_program_loses_at_most_what_was_in_memory_and_the_next_sends_the_rest(
    program: Program, door: Door, connect: Connect
):
    door.close()
    process = program("""
        import time, outlay_sdk
        client = outlay_sdk.Outlay(batch_wait_s=0.05)
        for number in range(300):
            client.track(cost=1, agent=str(number))
        while client.stats().in_memory:
            time.sleep(0.01)
        print("on disk", flush=True)
        client.track(cost=1, agent="in memory")
        time.sleep(60)
        """)
    assert process.stdout
    assert process.stdout.readline() == "on disk\n"
    process.kill()
    process.wait()
    door.open()

    assert connect().flush()
    assert agents(door)[:300] == [str(number) for number in range(300)]
    assert set(agents(door)[300:]) <= {"in memory"}
    assert set(door.times_received.values()) == {1}


def test_a_killed_durable_program_loses_nothing_that_it_was_told_is_tracked(
    program: Program, door: Door, connect: Connect
):
    process = program("""
        import outlay_sdk
        client = outlay_sdk.Outlay(durable=True, batch_wait_s=0.01)
        number = 0
        while True:
            print(client.track(cost=1, agent=str(number)), flush=True)
            number += 1
        """)
    assert process.stdout
    promised = [process.stdout.readline().strip() for _ in range(400)]
    process.send_signal(signal.SIGKILL)
    promised += [line.strip() for line in process.stdout.readlines()[:-1]]
    process.wait()

    assert connect().flush(60)
    assert set(promised) <= set(door.stored)
    assert len(agents(door)) == len(set(agents(door)))


def test_a_client_that_already_runs_takes_over_from_one_that_is_killed(
    program: Program, door: Door, connect: Connect, spool: Path
):
    door.close()
    survivor = connect()
    process = program("""
        import time, outlay_sdk
        outlay_sdk.Outlay(durable=True).track(cost=1, agent="left behind")
        print("tracked", flush=True)
        time.sleep(60)
        """)
    assert process.stdout
    process.stdout.readline()
    process.kill()
    process.wait()
    door.open()
    survivor.track(cost=1, agent="survivor")

    assert survivor.flush()
    assert set(agents(door)) == {"left behind", "survivor"}
    assert eventually(lambda: segments(spool) == [])


def test_a_forked_child_sends_its_own_events_and_none_of_its_parents(program: Program, door: Door):
    out = finish(
        program("""
        import os, sys, outlay_sdk
        client = outlay_sdk.Outlay(batch_wait_s=30)
        for number in range(20):
            client.track(cost=1, agent=f"parent {number}")
        child = os.fork()
        if child == 0:
            before = client.stats().tracked
            client.track(cost=1, agent="child")
            assert client.flush()
            print(before, client.stats().accepted, flush=True)
            sys.exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        client.track(cost=1, agent="parent, later")
        """)
    )
    assert out == "0 1\n"
    assert agents(door) == ["child", *(f"parent {number}" for number in range(20)), "parent, later"]
    assert set(door.times_received.values()) == {1}


def test_a_fork_in_the_midst_of_an_import_leaves_a_child_that_can_send(program: Program, door: Door):
    """What a thread has imported by half stays half in a child, which has no such thread."""
    finish(
        program("""
        import os, sys, threading, time, outlay_sdk

        importing = threading.Event()

        class Slow:
            def find_spec(self, name, path=None, target=None):
                if name == "httpx._client":
                    importing.set()
                    time.sleep(0.3)

        sys.meta_path.insert(0, Slow())
        client = outlay_sdk.Outlay(batch_wait_s=0)
        client.track(cost=1, agent="parent")
        importing.wait()
        child = os.fork()
        if child == 0:
            client.track(cost=1, agent="child")
            assert client.flush(20), client.stats()
            sys.exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        """)
    )
    assert sorted(agents(door)) == ["child", "parent"]


def test_forks_in_the_midst_of_everything_neither_hang_nor_double_anything(program: Program, door: Door):
    """Threads track, the sender sends and spills, and the process forks all the time, as a server that forks workers."""
    out = finish(
        program(
            """
        import os, sys, threading, time, outlay_sdk
        client = outlay_sdk.Outlay(batch_wait_s=0, batch_events_max=20, queue_events_max=40)
        go_on = True
        counts = []

        def work(name):
            count = 0
            while go_on:
                client.track(cost=1, agent=f"{os.getpid()} {name} {count}")
                count += 1
                time.sleep(0.001)
            counts.append(count)

        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for number in range(8):
            child = os.fork()
            if child == 0:
                client.track(cost=1, agent=f"child {number}")
                sys.exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        go_on = False
        for thread in threads:
            thread.join()
        assert client.flush(60)
        print(sum(counts))
        """,
            # A child drops its parent's connection, of which Python's development mode would complain.
            "-Wignore::ResourceWarning",
        )
    )
    assert len(door.stored) == int(out) + 8
    assert len(set(agents(door))) == len(door.stored)
    assert {f"child {number}" for number in range(8)} <= set(agents(door))


def test_a_child_that_lives_on_does_not_hold_what_its_killed_parent_left(
    program: Program, door: Door, connect: Connect
):
    door.close()
    process = program("""
        import os, time, outlay_sdk
        client = outlay_sdk.Outlay(durable=True)
        client.track(cost=1, agent="parent")
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        print(child, flush=True)
        time.sleep(60)
        """)
    assert process.stdout
    child = int(process.stdout.readline())
    try:
        process.kill()
        process.wait()
        door.open()
        assert connect().flush()
        assert agents(door) == ["parent"]
    finally:
        os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_multiprocessing_send_before_they_end(program: Program, door: Door, tmp_path: Path, method: str):
    script = tmp_path / "program.py"
    script.write_text(f"""
import multiprocessing, outlay_sdk

def work(number):
    outlay_sdk.Outlay(batch_wait_s=30).track(cost=1, agent=f"worker {{number}}")

if __name__ == "__main__":
    context = multiprocessing.get_context("{method}")
    workers = [context.Process(target=work, args=(number,)) for number in range(3)]
    outlay_sdk.Outlay().track(cost=1, agent="main")
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
""")
    finish(program(f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')") if method == "fork" else
           program(f"import os, sys; os.execv(sys.executable, [sys.executable, {str(script)!r}])"))  # fmt: skip
    assert sorted(agents(door)) == ["main", "worker 0", "worker 1", "worker 2"]


def test_several_processes_share_a_spool_while_the_server_comes_and_goes(program: Program, door: Door, spool: Path):
    code = """
        import os, time, outlay_sdk
        client = outlay_sdk.Outlay(
            batch_wait_s=0.01, batch_events_max=20, retry_first_s=0.02, retry_s_max=0.1, exit_timeout_s=30
        )
        for number in range(300):
            client.track(cost=1, agent=str(number), metadata={"process": os.getpid()})
            time.sleep(0.002)
        assert client.flush(60), client.stats()
        print(client.stats().dropped)
        """
    processes = [program(code) for _ in range(3)]
    for _ in range(3):
        enough = len(door.stored) + 30
        assert eventually(lambda least=enough: len(door.stored) > least)  # type: ignore[misc]
        door.close()
        assert eventually(lambda: len(segments(spool)) > 0)
        door.open()
    outs = [process.communicate(timeout=90) for process in processes]

    assert [out for out, _ in outs] == ["0\n"] * 3, outs
    assert len(door.stored) == 900
    told = Counter(event["metadata"]["process"] for event in door.stored.values())
    assert told == {process.pid: 300 for process in processes}
    assert segments(spool) == []


def test_a_signal_that_tracks_in_the_midst_of_tracking_does_not_hang(program: Program, door: Door):
    out = finish(
        program("""
        import signal, outlay_sdk
        client = outlay_sdk.Outlay(queue_events_max=50)
        seen = 0

        def on_alarm(*_):
            global seen
            seen += 1
            client.track(cost=1, agent=f"signal {seen}")
            client.stats()

        signal.signal(signal.SIGALRM, on_alarm)
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        count = 0
        while seen < 300:
            client.track(cost=1, agent=f"main {count}")
            count += 1
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert client.flush(60)
        print(count + seen)
        """)
    )
    assert len(door.stored) == int(out)
