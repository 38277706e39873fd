"""An event is checked where it is made, cheaply, and travels exactly as it was meant."""

import json
import logging
import math
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn
from uuid import UUID

import pytest

from outlay_sdk import Outlay, OutlayUsageError
from outlay_sdk.event import encode
from outlay_sdk.ids import new_id
from tests.sdk.conftest import Connect

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


def sent(**fields: Any) -> dict[str, Any]:
    """The event as the server reads it."""
    event: dict[str, Any] = json.loads(encode({"cost": 1, **fields}, NOON).data)
    return event


def complaint(**fields: Any) -> str:
    with pytest.raises(OutlayUsageError) as caught:
        encode({"cost": 1, **fields}, NOON)
    return str(caught.value)


def test_an_event_gets_an_id_a_source_and_the_moment_of_the_call():
    event = sent(service="openai")

    assert event == {
        "id": event["id"],
        "source": "sdk",
        "time": "2026-10-20T12:00:00+00:00",
        "service": "openai",
        "cost": "1",
    }
    assert UUID(event["id"]).version == 7


def test_ids_sort_by_time_and_differ_within_a_moment():
    ids = [new_id(NOON + timedelta(milliseconds=number)) for number in range(50)]
    assert ids == sorted(ids)
    assert len({new_id(NOON) for _ in range(1000)}) == 1000
    assert {UUID(one).variant for one in ids} == {"specified in RFC 4122"}


def test_what_was_given_is_not_replaced():
    event = sent(id="invoice 7", source="billing", time="2026-10-20T14:00:00+02:00")
    assert (event["id"], event["source"], event["time"]) == ("invoice 7", "billing", "2026-10-20T12:00:00+00:00")


def test_none_says_the_same_as_leaving_out():
    assert sent(id="a", client=None, time=None, quantities=None, success=None) == sent(id="a")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("0.10"), "0.10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
        (12, "12"),
        ("0.000000000001", "0.000000000001"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (2**70, str(2**70)),
    ],
)
def test_amounts_are_exact_whatever_they_are_written_in(amount: object, text: str):
    event = sent(cost=amount, quantities={"pages": amount})
    assert (event["cost"], event["quantities"]) == (text, {"pages": text})


class Fraction(float):
    """A number that shows itself in its own way, as those of some libraries do."""

    def __repr__(self) -> str:
        return f"Fraction({float(self)})"


class Agent(StrEnum):
    WRITER = "writer"


def test_numbers_and_texts_of_other_libraries_count_as_what_they_are():
    event = sent(cost=Fraction(0.25), agent=Agent.WRITER)
    assert (event["cost"], event["agent"]) == ("0.25", "writer")


def test_token_counts_may_stand_beside_the_other_fields():
    assert sent(input_tokens=10, quantities={"images": 1})["quantities"] == {"images": "1", "input_tokens": "10"}
    assert complaint(input_tokens=10, quantities={"input_tokens": 1}).startswith("input_tokens")


def test_every_field_travels():
    fields: dict[str, Any] = {
        "id": "a", "source": "s", "time": "2026-10-20T12:00:00+00:00", "operation_id": "o", "client": "c",
        "campaign": "k", "agent": "a", "lead": "l", "service": "s", "category": "g", "operation": "p", "model": "m",
        "platform": "f", "content_type": "t", "labels": {"team": "red"}, "quantities": {"pages": "1"}, "cost": "1",
        "currency": "EUR", "success": False, "latency_ms": 12, "retry_count": 0, "impact": "0.5", "quality": "1",
        "conversion": True, "hold": "0192a5f0-0000-7000-8000-0000000000ff", "metadata": {"any": ["thing", 1, None]},
    }  # fmt: skip
    assert sent(**fields) == fields


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"cost": math.nan}, "cost"),
        ({"cost": Decimal("Infinity")}, "cost"),
        ({"cost": -1}, "cost"),
        ({"cost": True}, "cost"),
        ({"cost": "much"}, "cost"),
        ({"cost": [1]}, "cost"),
        ({"cost": Decimal("1e999999999")}, "cost"),
        ({"cost": Decimal("1e-999999999")}, "cost"),
        ({"quantities": {"pages": math.nan}}, "quantities"),
        ({"quantities": {1: 1}}, "quantities"),
        ({"quantities": 5}, "quantities"),
        ({"output_tokens": -1}, "output_tokens"),
        ({"quality": "1.01"}, "quality"),
        ({"impact": -0.1}, "impact"),
        ({"client": 5}, "client"),
        ({"client": ""}, "client"),
        ({"labels": {"team": 5}}, "labels"),
        ({"labels": "team"}, "labels"),
        ({"currency": "euro"}, "currency"),
        ({"success": "yes"}, "success"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"id": ""}, "id"),
        ({"id": "x" * 201}, "id"),
        ({"id": "a\x00b"}, "id"),
        ({"time": NOON.replace(tzinfo=None)}, "time"),
        ({"time": "2026-10-20"}, "time"),
        ({"time": "yesterday"}, "time"),
        ({"time": 1760000000}, "time"),
        ({"metadata": {"thing": object()}}, "metadata"),
        ({"metadata": {"text": "x" * 70_000}}, "metadata"),
        ({"client": "\ud800"}, "text"),
        ({"costs": 1}, "fields"),
        ({"cost": None}, "quantities"),
        ({"cost": None, "quantities": {}}, "quantities"),
        ({"hold": "mine"}, "hold"),
    ],
)
def test_a_mistake_is_told_with_the_field_it_is_in(fields: dict[str, Any], about: str):
    assert complaint(**fields).startswith(f"{about}: ")


def test_an_unknown_field_is_named():
    assert "`costs`" in complaint(costs=1)


def test_metadata_that_contains_itself_is_a_mistake():
    endless: dict[str, Any] = {}
    endless["self"] = endless
    assert complaint(metadata=endless).startswith("metadata")


def test_times_of_other_zones_are_the_same_moment():
    delhi = timezone(timedelta(hours=5, minutes=30))
    assert sent(time=NOON.astimezone(delhi))["time"] == "2026-10-20T12:00:00+00:00"


def test_later_changes_of_what_was_given_do_not_matter(connect: Connect, door):
    client = connect(batch_wait_s=5)
    labels, metadata = {"team": "red"}, {"steps": [1]}
    client.track(cost=1, labels=labels, metadata=metadata)
    labels["team"] = "blue"
    metadata["steps"].append(2)

    assert client.flush()
    (event,) = door.stored.values()
    assert (event["labels"], event["metadata"]) == ({"team": "red"}, {"steps": [1]})


def test_a_strict_client_raises_and_tracks_nothing(connect: Connect):
    client = connect(strict=True)
    with pytest.raises(OutlayUsageError, match="cost"):
        client.track(cost=math.nan)
    with pytest.raises(OutlayUsageError, match="operation"):
        client.record_openai_usage(agent="a", model="gpt-4.1", operation="", input_tokens=1, output_tokens=1)
    assert client.stats().tracked == 0


def test_any_other_client_logs_each_kind_of_mistake_once_and_counts_them_all(connect: Connect, caplog):
    client = connect()
    with caplog.at_level(logging.WARNING, "outlay_sdk"):
        assert [client.track(cost=math.nan) for _ in range(3)] == [None, None, None]
        assert client.track(client=5, cost=1) is None  # type: ignore[arg-type]
        assert client.track(nonsense=5, cost=1) is None  # type: ignore[call-arg]

    assert client.stats().mistakes_by_field == {"cost": 3, "client": 1, "fields": 1}
    assert client.stats().mistakes == 5
    assert [re.split("[:(]", record.getMessage())[1].strip() for record in caplog.records] == [
        "cost",
        "client",
        "fields",
    ]


def test_a_mistake_that_nobody_foresaw_does_not_reach_the_caller(connect: Connect):
    class Hostile(dict[str, str]):
        def items(self) -> NoReturn:
            raise RuntimeError("no")

        def keys(self) -> NoReturn:
            raise RuntimeError("no")

        def __bool__(self) -> NoReturn:
            raise RuntimeError("no")

    client = connect()
    unusable: Any = Hostile()
    assert client.track(quantities=unusable) is None
    assert (
        client.record_openai_usage(agent="a", model="m", operation="o", input_tokens=1, output_tokens=unusable) is None
    )
    assert client.record_third_party_usage(agent="a", service_name="s", operation="o", metadata=unusable) is None
    assert client.stats().mistakes == 3


def test_without_a_key_the_client_does_nothing_and_says_so_once(door, caplog, monkeypatch):
    monkeypatch.delenv("OUTLAY_API_KEY", raising=False)
    with caplog.at_level(logging.WARNING, "outlay_sdk"):
        client = Outlay(base_url=door.url)
        assert [client.track(cost=1) for _ in range(3)] == [None, None, None]
        assert client.flush()
        client.close()

    assert not client.is_enabled
    assert len(caplog.records) == 1
    assert "OUTLAY_API_KEY" in caplog.text
    assert door.asked == []


@pytest.mark.parametrize("url", ["", "outlay.example.com", "ftp://outlay.example.com", "http://", "http://[", "/api"])
def test_without_an_address_the_client_does_nothing_either(url: str, caplog):
    client = Outlay("ok_1_2", url)
    assert (client.is_enabled, client.track(cost=1)) == (False, None)
    assert "address" in caplog.text


def test_options_that_make_no_sense_are_told_at_once():
    for options in ({"batch_events_max": 0}, {"batch_events_max": 10_001}, {"spool_bytes_max": 1}, {"retry_s_max": 0}):
        with pytest.raises(OutlayUsageError):
            Outlay("ok_1_2", "http://127.0.0.1:1", **options)  # type: ignore[arg-type]
