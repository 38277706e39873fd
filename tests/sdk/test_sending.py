"""Events reach the server once, whatever the server does; the caller notices nothing of it."""

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.sdk.conftest import Connect, segments, spooled_ids
from tests.sdk.door import KEY, Door


def eventually(condition: Callable[[], bool], within_s: float = 20) -> bool:
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def test_events_arrive_by_themselves_and_together(connect: Connect, door: Door):
    client = connect(batch_wait_s=0.2)
    ids = [client.track(client="acme", cost=number) for number in range(10)]

    assert eventually(lambda: len(door.stored) == 10)
    assert [event["id"] for event in door.asked[0].events] == ids
    assert len(door.asked) == 1


def test_a_full_batch_does_not_wait(connect: Connect, door: Door):
    client = connect(batch_events_max=5, batch_wait_s=3600)
    for _ in range(12):
        client.track(cost=1)

    assert eventually(lambda: len(door.stored) >= 10)
    assert {len(asked.events) for asked in door.asked} == {5}
    assert client.flush()
    assert len(door.stored) == 12


def test_a_batch_is_bounded_in_bytes_too(connect: Connect, door: Door):
    client = connect(batch_wait_s=3600)
    for _ in range(40):
        client.track(cost=1, metadata={"text": "x" * 60_000})

    assert client.flush()
    assert len(door.stored) == 40
    assert all(sum(len(json.dumps(event)) for event in asked.events) < 1_100_000 for asked in door.asked)


def test_requests_say_who_asks_and_what_they_carry(connect: Connect, door: Door):
    client = connect()
    client.track(cost=1)
    client.flush()
    for _ in range(50):
        client.track(cost=1, client="acme", service="openai")
    client.flush()

    small, large = door.asked[0], door.asked[-1]
    assert small.headers["authorization"] == f"Bearer {KEY}"
    assert small.headers["content-type"] == "application/x-ndjson"
    assert small.headers["user-agent"].startswith("outlay-sdk/")
    assert "content-encoding" not in small.headers
    assert large.headers["content-encoding"] == "gzip"
    assert len(large.body) < len(json.dumps(large.events)) / 4


def test_flush_waits_for_what_was_tracked_before(connect: Connect, door: Door):
    client = connect(batch_wait_s=3600)
    for _ in range(1200):
        client.track(cost=1)

    assert client.flush()
    assert len(door.stored) == 1200
    assert client.flush(), "with nothing to do it is done"


def test_flush_gives_up_in_time_and_loses_nothing(connect: Connect, door: Door):
    door.close()
    client = connect()
    client.track(cost=1)

    assert not client.flush(0.2)
    door.open()
    assert client.flush()
    assert len(door.stored) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 404, 301])
def test_a_server_in_trouble_gets_the_events_later(connect: Connect, door: Door, status: int):
    for _ in range(3):
        door.answers_next(status)
    client = connect()
    client.track(cost=1)

    assert eventually(lambda: len(door.stored) == 1)
    assert client.flush()
    assert (client.stats().failed_attempts, client.stats().accepted, client.stats().in_spool) == (3, 1, 0)


def test_a_page_with_the_status_of_success_is_no_success(connect: Connect, door: Door):
    door.answers_next(200, b"<html>Welcome to the hotel's network</html>")
    door.answers_next(200, {"hello": "world"})
    client = connect()
    client.track(cost=1)

    assert eventually(lambda: len(door.stored) == 1)


def test_an_answer_that_was_lost_makes_no_second_event(connect: Connect, door: Door):
    client = connect()
    original, lost = door.answer, [True]

    def answer(headers, body):
        said = original(headers, body)
        return (500, {}, b"") if lost and lost.pop() else said

    door.answer = answer  # type: ignore[method-assign]
    client.track(cost=1)

    assert client.flush()
    assert list(door.times_received.values()) == [2]
    assert (client.stats().accepted, client.stats().repeated) == (0, 1)


@pytest.mark.parametrize("how", ["seconds", "date"])
def test_a_server_that_asks_for_patience_gets_it(connect: Connect, door: Door, how: str):
    soon = datetime.now(UTC) + timedelta(seconds=90)
    door.answers_next(429, Retry_After="90" if how == "seconds" else format_datetime(soon, usegmt=True))
    client = connect()
    client.track(cost=1)

    assert not client.flush(0.5), "nobody is in such a hurry"
    assert len(door.asked) == 1
    assert client.stats().in_spool == 1


def test_a_server_that_asks_for_no_patience_at_all_is_not_pestered(connect: Connect, door: Door):
    for _ in range(100):
        door.answers_next(503, Retry_After="0")
    client = connect(retry_first_s=3600, retry_s_max=3600)
    client.track(cost=1)

    assert not client.flush(0.5)
    assert len(door.asked) == 1


def test_a_short_patience_ends(connect: Connect, door: Door):
    door.answers_next(503, Retry_After="0.05")
    client = connect()
    client.track(cost=1)
    assert eventually(lambda: len(door.stored) == 1)


def test_the_server_is_away_for_a_while_and_everything_arrives_once_and_in_order(
    connect: Connect, door: Door, spool: Path
):
    client = connect(batch_events_max=10)
    ids = [client.track(client="acme", cost=number) for number in range(5)]
    assert client.flush()
    door.close()
    for number in range(5, 200):
        ids.append(client.track(client="acme", cost=number))
        if number % 20 == 0:
            time.sleep(0.03)  # so that some events are in memory and others on disk
    assert eventually(lambda: client.stats().in_spool == 195)
    door.open()
    ids += [client.track(client="acme", cost=number) for number in range(200, 230)]

    assert client.flush()
    assert list(door.stored) == ids
    assert set(door.times_received.values()) == {1}
    assert segments(spool) == []
    assert client.stats().accepted == 230


def test_an_answer_in_the_midst_of_a_large_backlog_costs_no_event(connect: Connect, door: Door):
    door.close()
    client = connect(batch_events_max=7)
    for _ in range(100):
        client.track(cost=1)
    assert eventually(lambda: client.stats().in_spool == 100)
    for _ in range(2):
        door.answers_next(500)
    door.open()

    assert client.flush()
    assert len(door.stored) == 100
    assert set(door.times_received.values()) == {1}


def test_a_body_that_is_too_large_is_sent_in_parts(connect: Connect, door: Door):
    door.body_bytes_max = 1000
    client = connect(batch_wait_s=3600)
    for _ in range(50):
        client.track(cost=1, client="acme")

    assert client.flush()
    assert len(door.stored) == 50


def test_an_event_that_is_too_large_by_itself_does_not_hold_up_the_others(connect: Connect, door: Door, caplog):
    door.body_bytes_max = 1000
    client = connect(batch_wait_s=3600)
    client.track(cost=1, client="before")
    client.track(cost=1, metadata={"text": "x" * 2000})
    client.track(cost=1, client="after")

    assert client.flush()
    assert [event["client"] for event in door.stored.values()] == ["before", "after"]
    assert client.stats().refused == 1
    assert "413" in caplog.text


def test_a_body_that_is_refused_is_not_sent_again(connect: Connect, door: Door, caplog):
    door.answers_next(422, {"code": "unreadable"})
    client = connect()
    client.track(cost=1, client="bad")
    assert client.flush()
    client.track(cost=1, client="good")

    assert client.flush()
    assert [event["client"] for event in door.stored.values()] == ["good"]
    assert (client.stats().refused, len(door.asked)) == (1, 2)
    assert "unreadable" in caplog.text


def test_a_server_that_refuses_everything_is_not_pestered(connect: Connect, door: Door):
    for _ in range(200):
        door.answers_next(400)
    client = connect(batch_wait_s=3600)
    for _ in range(400):
        client.track(cost=1)

    assert client.flush()
    assert client.stats().refused == 400
    assert len(door.asked) < 60


def test_rejected_events_are_told_once_for_each_reason_and_counted(connect: Connect, door: Door, caplog):
    client = connect()
    for name in ("nobody", "acme", "nobody"):
        client.track(cost=1, client=name)

    assert client.flush()
    assert (client.stats().rejected, client.stats().accepted) == (2, 1)
    assert [record.levelname for record in caplog.records if "unknown_client" in record.getMessage()] == ["WARNING"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_does_not_open_the_door_is_told_once_and_no_event_is_lost(
    connect: Connect, door: Door, caplog, status: int
):
    for _ in range(3):
        door.answers_next(status, {"echo": f"Bearer {KEY}"})
    client = connect()
    client.track(cost=1)

    assert eventually(lambda: len(door.stored) == 1)
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(warnings) == 1
    assert "key" in warnings[0]


def test_the_key_is_shown_to_nobody(connect: Connect, door: Door, spool: Path, caplog):
    with caplog.at_level(logging.DEBUG):
        door.answers_next(500, {"you": KEY})
        door.answers_next(401, {"you": KEY})
        door.answers_next(422, {"you": KEY})
        client = connect()
        client.track(cost=1)
        client.flush()
        door.close()
        client.track(cost=1)
        client.flush(0.2)

    assert caplog.records
    assert KEY not in caplog.text
    assert KEY not in repr(vars(client)) + repr(client.stats())
    assert all(KEY not in str(path) + path.read_text() for path in segments(spool))
    assert segments(spool)


def test_the_caller_does_not_wait_for_a_server_that_does_not_answer(connect: Connect, door: Door):
    client = connect(queue_events_max=100, batch_events_max=10)
    door.opened.clear()
    for _ in range(1000):
        client.track(cost=1)

    assert not door.stored, "the door is still shut, and all calls have returned"
    assert client.stats().in_spool > 800
    door.opened.set()
    assert client.flush()
    assert len(door.stored) == 1000
    assert set(door.times_received.values()) == {1}


def test_without_a_disk_the_newest_events_are_kept_in_memory_and_the_rest_is_counted(
    connect: Connect, door: Door, caplog
):
    door.close()
    client = connect(spool=False, queue_events_max=100, batch_events_max=10)
    ids = [client.track(cost=1) for _ in range(150)]
    assert not client.flush(0.1)
    door.open()

    assert client.flush()
    kept = len(door.stored)
    assert 100 <= kept <= 110
    assert set(ids[-90:]) <= set(door.stored)
    assert client.stats().dropped == 150 - kept
    assert len([record for record in caplog.records if "dropped" in record.getMessage()]) >= 1


def test_a_spool_that_cannot_be_written_breaks_nothing(connect: Connect, door: Door, tmp_path: Path, caplog):
    (tmp_path / "file").write_text("not a folder")
    door.close()
    client = connect(spool_dir=tmp_path / "file" / "spool")
    for _ in range(20):
        client.track(cost=1)
    assert eventually(lambda: "on disk" in caplog.text)
    assert not client.flush(0.1)
    assert client.stats().in_memory == 20
    door.open()

    assert client.flush()
    assert len(door.stored) == 20


def test_many_threads_lose_nothing(connect: Connect, door: Door):
    client = connect(queue_events_max=300, batch_events_max=50)
    for _ in range(5):
        door.answers_next(503)

    def work(number: int) -> None:
        for step in range(400):
            client.track(client=f"{number}", cost=step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert client.flush(60)
    assert len(door.stored) == 3200
    assert {(event["client"], event["cost"]) for event in door.stored.values()} == {
        (str(number), str(step)) for number in range(8) for step in range(400)
    }
    stats = client.stats()
    assert (stats.tracked, stats.accepted + stats.repeated, stats.dropped) == (3200, 3200, 0)
    assert (stats.in_memory, stats.in_spool, stats.spool_bytes) == (0, 0, 0)


def test_a_closed_client_has_sent_everything_and_takes_nothing_more(connect: Connect, door: Door, caplog):
    with connect(batch_wait_s=3600) as client:
        client.track(cost=1)

    assert len(door.stored) == 1
    assert client.track(cost=1) is None
    assert client.flush()
    client.close()
    assert client.stats().mistakes == 1
    assert "closed" in caplog.text


def test_closing_while_the_server_is_away_keeps_the_events_for_the_next_client(
    connect: Connect, door: Door, spool: Path
):
    door.close()
    client = connect(batch_wait_s=3600)
    ids = [client.track(cost=1) for _ in range(30)]
    client.close()
    assert spooled_ids(spool) == ids
    door.open()

    assert connect().flush()
    assert list(door.stored) == ids
    assert segments(spool) == []


def test_closing_does_not_wait_for_an_answer_that_does_not_come(connect: Connect, door: Door, spool: Path):
    door.opened.clear()
    client = connect(batch_events_max=5)
    ids = [client.track(cost=1) for _ in range(20)]
    assert eventually(lambda: bool(door.asked))
    client.close(0.05)

    assert sorted(spooled_ids(spool)) == sorted(filter(None, ids)), "those on their way as well: nobody knows"
    door.opened.set()
    assert connect().flush()
    assert set(door.stored) == set(ids)
