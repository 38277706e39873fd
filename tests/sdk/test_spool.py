"""The spool on disk: private, bounded, shared by processes, and forgiving towards what a crash leaves behind."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from outlay_sdk import Outlay
from outlay_sdk.event import encode
from outlay_sdk.notices import Notices
from outlay_sdk.options import Options, Target, spool_places
from outlay_sdk.segment import Segment
from outlay_sdk.spool import Spool
from outlay_sdk.stats import Counters, Stats
from tests.sdk.conftest import Connect, segments, spooled_ids
from tests.sdk.door import KEY, Door
from tests.sdk.test_events import NOON
from tests.sdk.test_sending import eventually


def stats(counters: Counters) -> Stats:
    return counters.snapshot(tracked=0, in_memory=0, in_spool=0, spool_bytes=0)


def lines(count: int, first: int = 0) -> list[bytes]:
    return [encode({"id": f"{number:06d}", "cost": 1}, NOON).data for number in range(first, first + count)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "leaf"


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def open_spool(folder: Path, counters: Counters):
    opened: list[Spool] = []

    def make(bytes_max: int = 10 * 1024 * 1024) -> Spool:
        spool = Spool([folder], bytes_max, counters, Notices())
        opened.append(spool)
        return spool

    yield make
    for spool in opened:
        spool.release()


OpenSpool = Callable[..., Spool]


def drain(spool: Spool, events_max: int = 100) -> list[bytes]:
    found: list[bytes] = []
    while batch := spool.next_batch(events_max, 1024 * 1024):
        found += batch.lines
        spool.settle(batch, len(batch.lines))
    return found


def test_what_was_written_is_read_in_order_and_then_gone(open_spool: OpenSpool, folder: Path):
    spool = open_spool()
    assert spool.append(lines(250), 0) == 250
    spool.sync()

    assert drain(spool) == lines(250)
    assert spool.is_empty
    assert list(folder.iterdir()) == []


def test_files_are_for_their_owner_only(open_spool: OpenSpool, folder: Path):
    open_spool().append(lines(1), 0)
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, counters: Counters):
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    spool = Spool([tmp_path / "link"], 1024 * 1024, counters, Notices())
    assert spool.append(lines(1), 0) == 0
    if os.geteuid() == 0:
        os.chown(tmp_path / "mine", 12345, 12345)
        assert Spool([tmp_path / "mine"], 1024 * 1024, counters, Notices()).append(lines(1), 0) == 0


def test_a_part_of_a_batch_may_be_settled(open_spool: OpenSpool):
    spool = open_spool()
    spool.append(lines(10), 0)
    batch = spool.next_batch(8, 1024 * 1024)
    assert batch
    assert spool.settle(batch, 3) == 3
    assert (spool.events, drain(spool)) == (7, lines(7, first=3))


def test_what_was_on_its_way_comes_before_what_came_later(open_spool: OpenSpool):
    spool = open_spool()
    spool.append(lines(5, first=5), 0)
    spool.prepend(lines(3, first=2), 0)
    spool.prepend(lines(2), 0)
    assert drain(spool) == lines(10)


def test_what_a_living_process_holds_is_its_own_and_what_it_leaves_is_adopted(open_spool: OpenSpool):
    one, other = open_spool(), open_spool()
    one.append(lines(5), 0)
    other.append(lines(5, first=5), 0)
    other.adopt()
    before = other.has_foreign

    one.release()
    other.adopt()
    assert (before, other.has_foreign) == (False, True)
    assert other.events == 5, "those of this process"
    assert drain(other) == lines(10)


def test_a_line_that_a_crash_cut_off_is_skipped_and_counted(open_spool: OpenSpool, folder: Path, counters: Counters):
    one = open_spool()
    one.append(lines(3), 0)
    one.release()
    (path,) = folder.iterdir()
    path.write_bytes(path.read_bytes()[:-9])

    other = open_spool()
    other.adopt()
    assert drain(other) == lines(2)
    assert list(folder.iterdir()) == []
    assert stats(counters).damaged == 1


@pytest.mark.parametrize("garbage", [b"\0" * 3000, b"\xff\xfe\n{\n[]\n17\n\n", b"[" * 9000 + b"\n", b"x" * 3_000_000])
def test_garbage_in_a_file_costs_no_event_around_it(
    open_spool: OpenSpool, folder: Path, counters: Counters, garbage: bytes
):
    folder.mkdir(parents=True)
    (folder / "00000000000000000001-aa.ndjson").write_bytes(b"\n".join(lines(3)) + b"\n" + garbage)
    (folder / "00000000000000000002-aa.ndjson").write_bytes(b"\n".join(lines(3, first=3)) + b"\n")
    (folder / "00000000000000000003-aa.ndjson").touch()
    (folder / "notes.txt").write_text("not a segment")

    spool = open_spool()
    spool.adopt()
    assert drain(spool) == lines(6)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert stats(counters).damaged > 0


def test_the_oldest_events_make_room_and_are_counted(open_spool: OpenSpool, folder: Path, counters: Counters):
    limit = 128 * 1024
    spool = open_spool(limit)
    for first in range(0, 10_000, 100):
        spool.append(lines(100, first), 0)
        assert sum(path.stat().st_size for path in folder.iterdir()) <= limit + 16 * 1024

    kept = drain(spool)
    assert kept == lines(len(kept), first=10_000 - len(kept))
    assert stats(counters).dropped == spool.dropped == 10_000 - len(kept)
    assert 500 < len(kept) < 5000


def test_the_limit_counts_what_the_dead_left_and_spares_what_the_living_hold(open_spool: OpenSpool, counters: Counters):
    limit = 128 * 1024
    dead, living, mine = open_spool(limit), open_spool(limit), open_spool(limit)
    dead.append(lines(500), 0)
    dead.release()
    living.append(lines(200, first=1000), 0)
    mine.append(lines(1200, first=2000), 0)

    assert drain(living) == lines(200, first=1000)
    mine.adopt()
    dropped = stats(counters).dropped
    assert 0 < dropped < 500
    assert drain(mine) == [*lines(500), *lines(1200, first=2000)][dropped:]
    assert mine.dropped == 0, "it was nothing of its own"


def test_a_file_that_somebody_tidies_away_is_not_waited_for(open_spool: OpenSpool, folder: Path):
    spool = open_spool()
    spool.append(lines(5), 0)
    for path in folder.iterdir():
        path.unlink()
    assert drain(spool) == lines(5), "it is still open"
    folder.rmdir()
    assert spool.append(lines(5), 0) == 5
    assert drain(spool) == lines(5)


def test_a_full_disk_leaves_no_half_line(open_spool: OpenSpool, folder: Path, monkeypatch):
    spool = open_spool()
    spool.append(lines(2), 0)
    real, calls = os.write, []

    def write(descriptor: int, data: memoryview) -> int:
        calls.append(1)
        if len(calls) == 1:
            return real(descriptor, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    assert spool.append(lines(2, first=2), 0) == 0
    monkeypatch.undo()
    assert spool.append(lines(2, first=4), 0) == 2
    assert drain(spool) == [*lines(2), *lines(2, first=4)]


def test_a_segment_that_is_removed_while_another_process_opens_it_is_nobodys(folder: Path):
    folder.mkdir(parents=True)
    path = folder / "1-a.ndjson"
    mine = Segment.create(path)
    assert mine
    assert Segment.adopt(path) is None, "it is held"
    mine.remove()
    assert Segment.adopt(path) is None


def test_each_workspace_of_each_server_has_a_folder_and_a_renewed_key_finds_it_again(tmp_path: Path):
    options = Options(spool_dir=tmp_path)

    def place(workspace: str, secret: str, url: str = "https://outlay.example.com") -> Path:
        (found,) = spool_places(options, Target(f"ok_{workspace * 32}_{secret * 64}", url))
        return found

    assert place("1", "a") == place("1", "b") == place("1", "a", "https://outlay.example.com/")
    assert len({place("1", "a"), place("2", "a"), place("1", "a", "https://other.example.com")}) == 3


def test_events_of_another_workspace_are_left_alone(connect: Connect, door: Door, spool: Path):
    other = f"ok_{'2' * 32}_{'b' * 64}"
    door.keys.add(other)
    connect(durable=True, batch_wait_s=3600).track(cost=1, client="first")
    client = connect(api_key=other)
    client.track(cost=1, client="second")

    assert client.flush()
    assert [event["client"] for event in door.stored.values()] == ["second"]
    assert len(spooled_ids(spool)) == 1


def test_a_durable_client_has_written_each_event_before_it_answers(connect: Connect, door: Door, spool: Path):
    client = connect(durable=True, batch_wait_s=3600)
    for count in range(1, 6):
        event_id = client.track(cost=1)
        assert spooled_ids(spool)[-1] == event_id
        assert len(spooled_ids(spool)) == count

    assert client.flush()
    assert len(door.stored) == 5
    assert segments(spool) == []


def test_a_durable_client_sends_by_itself(connect: Connect, door: Door):
    client = connect(durable=True)
    for _ in range(1200):
        client.track(cost=1)
    assert eventually(lambda: len(door.stored) == 1200)
    assert set(door.times_received.values()) == {1}


def test_two_clients_share_a_folder(connect: Connect, door: Door, spool: Path):
    door.close()
    one, other = connect(), connect()
    ids = {client.track(cost=1, client=name) for client, name in ((one, "one"), (other, "other")) for _ in range(50)}
    assert eventually(lambda: one.stats().in_spool == other.stats().in_spool == 50)
    assert set(spooled_ids(spool)) == ids
    door.open()

    assert one.flush()
    assert other.flush()
    assert set(door.stored) == ids
    assert set(door.times_received.values()) == {1}


def test_the_default_place_is_the_users_own(monkeypatch, tmp_path: Path, door: Door):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with Outlay(KEY, door.url, durable=True, batch_wait_s=3600) as client:
        client.track(cost=1)
        assert len(segments(tmp_path / "outlay" / "spool")) == 1
