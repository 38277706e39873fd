"""Announcements: what one process tells is heard by every other, also after an outage."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from outlay.db import announce
from outlay.db.announce import EVERY_TOPIC, PAYLOAD_BYTES_MAX, Announcement, PgAnnouncer, PgListener, everything
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.support.tenants import Tenant

HERE, THERE = uuid4(), uuid4()


class Ear:
    """Remembers what was heard, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[Announcement] = []
        self._news = asyncio.Event()

    def __call__(self, announcement: Announcement) -> None:
        self.heard.append(announcement)
        self._news.set()

    async def hears(self, *topics: str, of: UUID | None) -> None:
        """Waits until all of these topics of this workspace were heard."""
        async with asyncio.timeout(30):
            while not set(topics) <= self.topics(of):
                self._news.clear()
                await self._news.wait()

    def topics(self, of: UUID | None) -> set[str]:
        return {topic for heard in self.heard if heard.workspace_id == of for topic in heard.topics}


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def listener(either_urls: DatabaseUrls, ear: Ear) -> AsyncIterator[PgListener]:
    listening = PgListener(either_urls, ear, keepalive_s=0.5)
    await listening.start()
    yield listening
    await listening.stop()


@pytest.fixture
async def announcer(either_urls: DatabaseUrls) -> AsyncIterator[PgAnnouncer]:
    telling = PgAnnouncer(either_urls)
    await telling.start()
    yield telling
    await telling.stop()


def cut(urls: DatabaseUrls, name: str) -> None:
    """Ends the connections with this name, as a restart of the server would."""
    with psycopg.connect(urls.app, autocommit=True) as connection:
        query = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"
        assert connection.execute(query, [name]).fetchall()


async def test_what_is_told_is_heard(listener: PgListener, announcer: PgAnnouncer, ear: Ear) -> None:
    announcer.tell(HERE, frozenset({"clients", "keys"}))

    await ear.hears("clients", "keys", of=HERE)


async def test_every_process_hears(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear, either_urls: DatabaseUrls
) -> None:
    other_ear = Ear()
    other = PgListener(either_urls, other_ear)
    await other.start()

    announcer.tell(HERE, frozenset({"clients"}))

    await asyncio.gather(ear.hears("clients", of=HERE), other_ear.hears("clients", of=HERE))
    await other.stop()


async def test_a_transaction_is_announced_once_it_is_committed(
    database: Database, tenant: Tenant, listener: PgListener, announcer: PgAnnouncer, ear: Ear
) -> None:
    database.announcer = announcer

    async def fail() -> None:
        async with database.work(tenant.id) as work:
            work.announce("undone")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.work(tenant.id) as work:
        work.announce("clients")

    await ear.hears("clients", of=tenant.id)
    assert "undone" not in ear.topics(tenant.id)


async def test_what_is_told_in_a_burst_is_heard_in_few_bundles(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear
) -> None:
    for number in range(1000):
        announcer.tell(HERE, frozenset({f"topic {number % 10}"}))
    announcer.tell(THERE, frozenset({"last"}))

    await ear.hears("last", of=THERE)
    await ear.hears(*(f"topic {number}" for number in range(10)), of=HERE)
    assert len(ear.heard) < 10


async def test_what_was_told_before_the_start_or_just_before_the_stop_is_sent(
    listener: PgListener, ear: Ear, either_urls: DatabaseUrls
) -> None:
    telling = PgAnnouncer(either_urls)
    telling.tell(HERE, frozenset({"early"}))
    await telling.start()
    await ear.hears("early", of=HERE)

    telling.tell(HERE, frozenset({"late"}))
    await telling.stop()

    await ear.hears("late", of=HERE)


async def test_an_announcer_can_be_stopped_before_anything_was_told(either_urls: DatabaseUrls) -> None:
    telling = PgAnnouncer(either_urls)
    await telling.start()
    await telling.stop()


async def test_a_lost_connection_loses_no_announcement(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear, either_urls: DatabaseUrls
) -> None:
    announcer.tell(HERE, frozenset({"before"}))
    await ear.hears("before", of=HERE)

    cut(either_urls, "outlay announcer")
    announcer.tell(HERE, frozenset({"after"}))

    await ear.hears("after", of=HERE)


async def test_after_an_outage_a_listener_says_that_anything_may_have_changed(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear, either_urls: DatabaseUrls
) -> None:
    assert ear.heard == []

    cut(either_urls, "outlay listener")

    await ear.hears(EVERY_TOPIC, of=None)
    announcer.tell(HERE, frozenset({"clients"}))
    await ear.hears("clients", of=HERE)


async def test_without_a_database_nothing_told_is_lost_and_nothing_waits(
    listener: PgListener, ear: Ear, either_urls: DatabaseUrls
) -> None:
    nowhere = DatabaseUrls(*["postgresql:///nowhere?host=/nonexistent"] * 3)
    telling = PgAnnouncer(nowhere)
    await telling.start()
    telling.tell(HERE, frozenset({"clients"}))
    await asyncio.sleep(0.3)

    telling._url = either_urls.app  # The database is back.

    await ear.hears("clients", of=HERE)
    await telling.stop()


async def test_a_database_that_never_comes_does_not_hold_up_the_end() -> None:
    nowhere = DatabaseUrls(*["postgresql:///nowhere?host=/nonexistent"] * 3)
    telling, listening = PgAnnouncer(nowhere), PgListener(nowhere, Ear())
    await telling.start()
    starting = asyncio.create_task(listening.start())
    telling.tell(HERE, frozenset({"clients"}))

    await telling.stop(wait_s=0.2)
    starting.cancel()
    await listening.stop()

    assert not listening.is_listening


async def test_more_than_a_message_holds_is_heard_all_the_same(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear
) -> None:
    topics = frozenset(f"{number:03} {'x' * 180}" for number in range(150))

    announcer.tell(HERE, topics)

    await ear.hears(*topics, of=HERE)
    assert len(ear.heard) > 1


async def test_what_others_say_on_the_channel_does_no_harm(
    listener: PgListener, announcer: PgAnnouncer, ear: Ear, either_urls: DatabaseUrls
) -> None:
    async with await psycopg.AsyncConnection[TupleRow].connect(either_urls.app, autocommit=True) as connection:
        for nonsense in ("", "{}", "[1]", '{"workspace": 7, "topics": ["a"]}', '{"workspace": "x", "topics": null}'):
            await connection.execute("select pg_notify('outlay', %s)", [nonsense])

    announcer.tell(HERE, frozenset({"clients"}))
    await ear.hears("clients", of=HERE)

    assert [heard.workspace_id for heard in ear.heard] == [HERE]


async def test_an_ear_that_fails_hears_the_next_announcement(
    either_urls: DatabaseUrls, announcer: PgAnnouncer, ear: Ear
) -> None:
    def clumsy(announcement: Announcement) -> None:
        if "bad" in announcement.topics:
            raise RuntimeError
        ear(announcement)

    listening = PgListener(either_urls, clumsy)
    await listening.start()
    announcer.tell(HERE, frozenset({"bad"}))
    announcer.tell(THERE, frozenset({"good"}))

    await ear.hears("good", of=THERE)
    await listening.stop()


def test_a_message_is_always_short_enough_and_says_it_all() -> None:
    topics = {f"{number}{'ü' * 300}" for number in range(60)}

    payloads = list(announce.payloads_of(HERE, topics))

    assert all(len(payload.encode()) <= PAYLOAD_BYTES_MAX for payload in payloads)
    assert {topic for payload in payloads for topic in json.loads(payload)["topics"]} == topics


def test_a_topic_too_long_for_any_message_becomes_every_topic() -> None:
    (payload,) = announce.payloads_of(HERE, {"x" * 9000})

    assert announce.announcement_of(payload) == Announcement(HERE, frozenset({EVERY_TOPIC}))


def test_what_waits_is_bounded_and_becomes_coarser(either_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "WORKSPACES_WAITING_MAX", 3)
    monkeypatch.setattr(announce, "TOPICS_WAITING_MAX", 5)
    telling = PgAnnouncer(either_urls)

    telling.tell(HERE, frozenset(str(number) for number in range(6)))
    assert telling._waiting == {HERE: {EVERY_TOPIC}}
    for _ in range(4):
        telling.tell(uuid4(), frozenset({"clients"}))

    assert None in telling._waiting
    assert everything().topics == telling._waiting[None]
    assert len(telling._waiting) <= 3
