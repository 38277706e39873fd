"""The recording calls for models, messages and other paid services, each as the events that stand for it."""

from typing import Any

import pytest

from outlay_sdk import OutlayUsageError
from outlay_sdk.recorders import masked
from tests.sdk.conftest import Connect
from tests.sdk.door import Door

HOLD = "0192a5f0-0000-7000-8000-0000000000ff"


def stored(door: Door) -> list[dict[str, Any]]:
    """The events without what differs from call to call."""
    return [
        {name: value for name, value in event.items() if name not in {"id", "time"}} for event in door.stored.values()
    ]


def test_a_call_of_a_model_is_two_events_of_one_operation(connect: Connect, door: Door):
    client = connect(strict=True)
    recorded = client.record_openai_usage(
        agent="agent-uuid",
        lead="lead-uuid",
        operation="psychology_analysis",
        model="gpt-4.1",
        input_tokens=1500,
        output_tokens=600,
        metadata={"layer": 1, "model": "what the caller says counts"},
    )

    assert client.flush()
    assert recorded
    assert recorded.event_ids == tuple(door.stored)
    common = {
        "source": "sdk",
        "operation_id": recorded.operation_id,
        "agent": "agent-uuid",
        "lead": "lead-uuid",
        "service": "openai",
        "model": "gpt-4.1",
        "metadata": {
            "endpoint": "openai.chat.completions.create",
            "model": "what the caller says counts",
            "input_tokens": 1500,
            "output_tokens": 600,
            "total_tokens": 2100,
            "layer": 1,
        },
    }
    assert stored(door) == [
        common
        | {
            "operation": "psychology_analysis_input",
            "category": "openai_gpt4_input",
            "quantities": {"input_tokens": "1500"},
        },
        common
        | {
            "operation": "psychology_analysis_output",
            "category": "openai_gpt4_output",
            "quantities": {"output_tokens": "600"},
        },
    ]


def test_two_calls_are_two_operations(connect: Connect, door: Door):
    client = connect(strict=True)
    for _ in range(2):
        client.record_openai_usage(agent="a", operation="o", model="gpt-4.1", input_tokens=1, output_tokens=0)
    client.record_openai_usage(
        agent="a", operation="o", model="gpt-4.1", input_tokens=1, output_tokens=0, operation_id="mine"
    )

    assert client.flush()
    operations = [event["operation_id"] for event in stored(door)]
    assert operations[0] == operations[1] != operations[2] == operations[3]
    assert operations[4:] == ["mine", "mine"]


@pytest.mark.parametrize(
    ("model", "category"),
    [("gpt-4o-mini", "openai_gpt4_input"), ("gpt-3.5-turbo", "openai_gpt35_input"), ("o3", None), ("gpt-5", None)],
)
def test_the_category_is_for_models_without_a_price_of_their_own_and_not_guessed(
    connect: Connect, door: Door, model: str, category: str | None
):
    client = connect(strict=True)
    client.record_openai_usage(agent="a", operation="o", model=model, input_tokens=1, output_tokens=1)
    assert client.flush()
    assert stored(door)[0].get("category") == category


def test_what_is_true_of_the_call_is_said_once_and_what_is_true_of_its_parts_twice(connect: Connect, door: Door):
    client = connect(strict=True)
    client.record_openai_usage(
        agent="a",
        operation="o",
        model="gpt-4.1",
        input_tokens=10,
        output_tokens=1,
        cache_read_tokens=8,
        client="acme",
        success=False,
        latency_ms=900,
        conversion=True,
        quality="0.5",
        hold=HOLD,
    )
    assert client.flush()
    read, wrote = stored(door)
    assert (read["latency_ms"], read["conversion"], read["quality"]) == (900, True, "0.5")
    assert not {"latency_ms", "conversion", "quality"} & set(wrote)
    assert {(one["client"], one["success"], one["hold"]) for one in (read, wrote)} == {("acme", False, HOLD)}
    assert read["quantities"] == {"input_tokens": "10", "cache_read_tokens": "8"}


def test_a_mistake_in_one_half_tracks_neither(connect: Connect):
    client = connect()
    assert (
        client.record_openai_usage(agent="a", operation="o", model="gpt-4.1", input_tokens=1, output_tokens=-1) is None
    )
    assert (client.stats().tracked, client.stats().mistakes) == (0, 1)


def test_a_message_is_one_event_and_its_telephone_number_stays_here(connect: Connect, door: Door):
    client = connect(strict=True)
    recorded = client.record_gupshup_usage(
        agent="a",
        lead="l",
        message_type="template",
        phone_number="+65 9123 4567",
        template_name="welcome",
        message_id="m-1",
        metadata={"template_id": "t-1", "params_count": 2},
    )

    assert client.flush()
    assert recorded
    assert stored(door) == [
        {
            "source": "sdk",
            "operation_id": recorded.operation_id,
            "agent": "a",
            "lead": "l",
            "service": "gupshup",
            "category": "gupshup_template_message",
            "operation": "gupshup_template_message",
            "quantities": {"messages": "1"},
            "metadata": {
                "endpoint": "gupshup.whatsapp.send",
                "message_type": "template",
                "phone_number": "***4567",
                "template_name": "welcome",
                "message_id": "m-1",
                "template_id": "t-1",
                "params_count": 2,
            },
        }
    ]
    assert b"9123" not in b"".join(asked.body for asked in door.asked)


def test_a_telephone_number_in_the_metadata_is_masked_as_well(connect: Connect, door: Door):
    client = connect(strict=True)
    client.record_gupshup_usage(agent="a", message_type="session", metadata={"phone_number": 6591234567})
    assert client.flush()
    assert stored(door)[0]["metadata"]["phone_number"] == "***4567"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+49 (0)30 1234-5678", "***5678"), ("112233", "***33"), ("110", "***"), ("", "***"), ("x" * 30, "***")],
)
def test_of_a_short_number_less_is_shown(number: str, shown: str):
    assert masked(number) == shown


def test_a_message_of_an_unknown_type_is_a_mistake(connect: Connect):
    with pytest.raises(OutlayUsageError, match="message_type"):
        connect(strict=True).record_gupshup_usage(agent="a", message_type="letter")  # type: ignore[arg-type]


def test_another_service_is_one_event_of_its_category(connect: Connect, door: Door):
    client = connect(strict=True)
    client.record_third_party_usage(
        agent="a",
        service_name="google_search_api",
        operation="property_search",
        quantity=3,
        metadata={"query": "flats"},
    )
    client.record_third_party_usage(
        agent="a", service_name="our_maps", operation="route", unit="tiles", provider="maps inc", cost="0.02"
    )

    assert client.flush()
    search, maps = stored(door)
    assert (search["category"], search["service"], search["operation"]) == (
        "google_search_api", "google", "property_search",
    )  # fmt: skip
    assert (search["quantities"], search["metadata"]) == (
        {"requests": "3"}, {"endpoint": "google.api", "query": "flats"},
    )  # fmt: skip
    assert (maps["service"], maps["quantities"], maps["cost"]) == ("maps inc", {"tiles": "1"}, "0.02")
