"""Whatever is changed, removed, swapped or put into an audit log afterwards is found, wherever it happens."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from outlay.identity.audit.model import AuditEntry, Target
from outlay.identity.audit.rules import chained_hash, first_hash, verify

WORKSPACE = UUID(int=7)
START = datetime(2020, 1, 1, tzinfo=UTC)
TEXT = st.text(max_size=6)
FACTS = st.none() | st.dictionaries(TEXT, st.none() | st.booleans() | st.integers() | TEXT, max_size=3)
MOMENTS = st.integers(0, 10**15).map(lambda microseconds: START + timedelta(microseconds=microseconds))
ENTRIES = st.builds(
    AuditEntry,
    seq=st.just(0),
    at=MOMENTS,
    actor_kind=st.sampled_from(["user", "key", "system"]),
    actor_id=TEXT,
    actor_name=TEXT,
    action=TEXT,
    target=st.builds(Target, kind=TEXT, id=TEXT, name=TEXT),
    before=FACTS,
    after=FACTS,
    ip=st.none() | TEXT,
    hash=st.just(b""),
)
QUICK = settings(max_examples=60, deadline=None)


def linked(entries: list[AuditEntry]) -> list[AuditEntry]:
    made: list[AuditEntry] = []
    previous = first_hash(WORKSPACE)
    for seq, entry in enumerate(entries, start=1):
        numbered = replace(entry, seq=seq)
        previous = chained_hash(previous, numbered)
        made.append(replace(numbered, hash=previous))
    return made


CHAINS = st.lists(ENTRIES, min_size=1, max_size=6).map(linked)


def found_at(entries: list[AuditEntry], head: AuditEntry) -> int | None:
    finding = verify(first_hash(WORKSPACE), entries, (head.seq, head.hash))
    assert finding.ok == (finding.broken_at is None)
    return finding.broken_at


def another(value: Any) -> Any:
    """A value of the same kind that differs."""
    if value is None:
        return "something"
    changes: dict[type, Callable[[Any], Any]] = {
        str: lambda text: text + "x",
        int: lambda number: number + 1,
        bytes: lambda octets: bytes([octets[0] ^ 1]) + octets[1:],
        datetime: lambda moment: moment + timedelta(microseconds=1),
        Target: lambda target: replace(target, name=target.name + "x"),
        dict: lambda facts: {**facts, "more": 1},
    }
    return changes[type(value)](value)


@QUICK
@given(CHAINS)
def test_a_whole_chain_verifies(chain: list[AuditEntry]) -> None:
    assert found_at(chain, chain[-1]) is None


@QUICK
@given(CHAINS, st.data())
def test_any_field_that_was_changed_is_found_where_it_was(chain: list[AuditEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(AuditEntry)]))
    changed = replace(chain[place], **{name: another(getattr(chain[place], name))})

    assert found_at([*chain[:place], changed, *chain[place + 1 :]], chain[-1]) == place + 1


@QUICK
@given(CHAINS, st.data())
def test_any_part_of_the_target_that_was_changed_is_found(chain: list[AuditEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from(["kind", "id", "name"]))
    target = replace(chain[place].target, **{name: getattr(chain[place].target, name) + "x"})

    assert found_at([*chain[:place], replace(chain[place], target=target), *chain[place + 1 :]], chain[-1]) == place + 1


@QUICK
@given(CHAINS, st.data())
def test_any_entry_that_was_removed_is_found(chain: list[AuditEntry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain) - 1))

    assert found_at(chain[:place] + chain[place + 1 :], chain[-1]) == place + 1


@QUICK
@given(CHAINS, st.data())
def test_any_two_entries_that_were_swapped_are_found(chain: list[AuditEntry], data: st.DataObject) -> None:
    assume(len(chain) > 1)
    one = data.draw(st.integers(0, len(chain) - 2))
    other = data.draw(st.integers(one + 1, len(chain) - 1))
    swapped = list(chain)
    swapped[one], swapped[other] = swapped[other], swapped[one]

    assert found_at(swapped, chain[-1]) == one + 1


@QUICK
@given(CHAINS, ENTRIES, st.data())
def test_any_entry_that_was_put_in_is_found(chain: list[AuditEntry], entry: AuditEntry, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(chain)))
    previous = chain[place - 1].hash if place else first_hash(WORKSPACE)
    forged = replace(entry, seq=place + 1)
    forged = replace(forged, hash=chained_hash(previous, forged))
    assume(place == len(chain) or forged != chain[place])

    assert found_at([*chain[:place], forged, *chain[place:]], chain[-1]) is not None


@QUICK
@given(CHAINS, ENTRIES)
def test_a_chain_that_was_written_anew_does_not_end_where_ours_ends(chain: list[AuditEntry], entry: AuditEntry) -> None:
    anew = linked([entry, *chain[1:]])
    assume(anew[0] != chain[0])

    assert found_at(anew, chain[-1]) is not None
