"""The chain of the audit log, as a pure function."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from outlay.identity.audit.model import AuditEntry, Target
from outlay.identity.audit.rules import chained_hash, first_hash, verify

WORKSPACE = UUID(int=1)


def chain_of(count: int, workspace_id: UUID = WORKSPACE) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    previous = first_hash(workspace_id)
    for seq in range(1, count + 1):
        entry = AuditEntry(
            seq=seq,
            at=datetime(2026, 10, 20, 12, seq % 60, tzinfo=UTC),
            actor_kind="user",
            actor_id=str(UUID(int=seq)),
            actor_name="Olivia",
            action="client.change",
            target=Target("client", str(UUID(int=9)), "Harbour & Pine"),
            before={"name": "Harbour"},
            after={"name": "Harbour & Pine", "archived": False},
            ip="192.0.2.7",
            hash=b"",
        )
        entry = replace(entry, hash=chained_hash(previous, entry))
        previous = entry.hash
        entries.append(entry)
    return entries


def head_of(entries: list[AuditEntry]) -> tuple[int, bytes]:
    return (entries[-1].seq, entries[-1].hash) if entries else (0, first_hash(WORKSPACE))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_whole_chain_verifies(count: int) -> None:
    entries = chain_of(count)

    found = verify(first_hash(WORKSPACE), entries, head_of(entries))

    assert (found.ok, found.entries, found.broken_at) == (True, count, None)


@pytest.mark.parametrize("cut", [1, 4, 5])
def test_a_chain_that_was_cut_off_is_found_at_the_first_missing_entry(cut: int) -> None:
    entries = chain_of(5)

    found = verify(first_hash(WORKSPACE), entries[: 5 - cut], head_of(entries))

    assert (found.ok, found.broken_at) == (False, 5 - cut + 1)


def test_entries_beyond_the_head_are_found() -> None:
    entries = chain_of(5)

    assert not verify(first_hash(WORKSPACE), entries, head_of(entries[:4])).ok


def test_another_workspace_s_chain_does_not_pass_for_ours() -> None:
    foreign = chain_of(3, UUID(int=2))

    found = verify(first_hash(WORKSPACE), foreign, head_of(foreign))

    assert (found.ok, found.broken_at) == (False, 1)


def test_a_moment_is_the_same_in_every_zone() -> None:
    entry = chain_of(1)[0]
    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=5, minutes=45))))

    assert chained_hash(b"", elsewhere) == chained_hash(b"", entry)


def test_the_order_in_which_facts_are_noted_does_not_matter() -> None:
    entry = chain_of(1)[0]
    turned = replace(entry, after={"archived": False, "name": "Harbour & Pine"})

    assert chained_hash(b"", turned) == chained_hash(b"", entry)


def test_nothing_and_an_empty_fact_are_not_the_same() -> None:
    entry = chain_of(1)[0]

    assert chained_hash(b"", replace(entry, before=None)) != chained_hash(b"", replace(entry, before={}))
    assert chained_hash(b"", replace(entry, ip=None)) != chained_hash(b"", replace(entry, ip=""))


def test_a_part_of_one_field_cannot_move_into_the_next() -> None:
    entry = chain_of(1)[0]
    one = replace(entry, actor_id="a", actor_name="bc")
    other = replace(entry, actor_id="ab", actor_name="c")

    assert chained_hash(b"", one) != chained_hash(b"", other)
