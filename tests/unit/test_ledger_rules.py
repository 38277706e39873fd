"""Which events are sound, what names them, and when two of them say the same."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlay.catalog.exchange.service import Exchange
from outlay.catalog.prices.desk import PriceDesk
from outlay.ledger.model import EventDraft, Incoming, LedgerSettings
from outlay.ledger.rules import Unsound, checked, details_of, key_of, main_unit, packed_id, unpacked_id
from outlay.ledger.standing import Standing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WHOLE: dict[str, Any] = {
    "id": "call-1",
    "source": "proxy",
    "time": "2026-11-20T09:30:00.25Z",
    "operation_id": "operation-1",
    "client": "acme",
    "campaign": "spring",
    "agent": "writer",
    "lead": "lead-1",
    "service": "openai",
    "category": "tokens",
    "operation": "chat",
    "model": "gpt-4o",
    "platform": "instagram",
    "content_type": "post",
    "labels": {"team": "blue", "stage": "draft"},
    "quantities": {"images": "2.5", "tokens": "7"},
    "input_tokens": 10,
    "output_tokens": 20,
    "cache_read_tokens": 3,
    "cache_write_tokens": 4,
    "cost": "1.25",
    "currency": "USD",
    "success": True,
    "latency_ms": 120,
    "retry_count": 1,
    "impact": "0.5",
    "quality": "0.75",
    "conversion": False,
    "hold": "0198c5a2-7d1e-7c3a-9f54-2b6d1c9e8a70",
    "metadata": {"processing": "batch", "number": 1},
}
# Another value for each field; a field that is new fails here until it is part of the digest.
OTHER: dict[str, Any] = {
    **dict.fromkeys(WHOLE, "other"),
    "time": "2026-11-20T09:30:00.250001Z",
    "labels": {"team": "blue", "stage": "final"},
    "quantities": {"images": "2.6", "tokens": "7"},
    **dict.fromkeys(("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"), 11),
    **dict.fromkeys(("cost", "impact", "quality"), "0.25"),
    "currency": "EUR",
    "success": False,
    "latency_ms": 121,
    "retry_count": 0,
    "conversion": True,
    "hold": "0198c5a2-7d1e-7c3a-9f54-2b6d1c9e8a71",
    "metadata": {"processing": "batch", "number": 2},
}
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=200)


def draft(**fields: Any) -> EventDraft:
    return msgspec.convert({"id": "a", "cost": 1, **fields}, EventDraft, strict=True)


def sound(**fields: Any) -> Incoming:
    return checked(draft(**fields), NOW, ("team",))


def refusal(**fields: Any) -> str:
    with pytest.raises(Unsound) as refused:
        sound(**fields)
    assert str(refused.value) == f"{refused.value.path}: {refused.value.message}"
    return str(refused.value)


def digest(fields: Mapping[str, Any]) -> int:
    return checked(msgspec.convert(fields, EventDraft), NOW, ("team",)).digest


# --- names of events --------------------------------------------------------------------------------------------------


@given(PRINTABLE)
def test_any_id_is_unpacked_as_it_was_packed(event_id: str) -> None:
    assert unpacked_id(packed_id(event_id)) == event_id


@given(st.uuids(), st.sampled_from([str, lambda one: str(one).upper(), lambda one: one.hex, lambda one: one.urn]))
def test_a_uuid_in_any_spelling_is_unpacked_as_it_was_packed(one: UUID, spelled: Any) -> None:
    assert unpacked_id(packed_id(spelled(one))) == spelled(one)


def test_a_uuid_takes_its_sixteen_bytes_and_a_mark() -> None:
    assert len(packed_id(WHOLE["hold"])) == 17


@given(PRINTABLE, PRINTABLE, PRINTABLE, PRINTABLE)
def test_two_events_have_one_key_only_where_source_and_id_are_the_same(
    source: str, event_id: str, other_source: str, other_id: str
) -> None:
    assert key_of(source, event_id) == key_of(source, event_id)
    assert (key_of(source, event_id) == key_of(other_source, other_id)) is (
        (source, event_id) == (other_source, other_id)
    )


def test_a_source_that_runs_into_the_id_is_another_event() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")


# --- the digest -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", [name for name in EventDraft.__struct_fields__ if name not in {"id", "source"}])
def test_another_value_of_any_field_is_another_content(field: str) -> None:
    assert digest(WHOLE) != digest({**WHOLE, field: OTHER[field]})


@pytest.mark.parametrize("field", [name for name in EventDraft.__struct_fields__ if name not in {"id", "source"}])
def test_a_field_that_is_left_out_is_another_content(field: str) -> None:
    assert digest(WHOLE) != digest({name: value for name, value in WHOLE.items() if name != field})


@given(
    st.sampled_from(
        [name for name in EventDraft.__struct_fields__ if EventDraft.__annotations__[name] == (str | None)]
    ),
    st.sampled_from(
        [name for name in EventDraft.__struct_fields__ if EventDraft.__annotations__[name] == (str | None)]
    ),
    PRINTABLE.filter(lambda text: len(text) > 1),
)
def test_the_same_text_in_another_field_is_another_content(one: str, other: str, text: str) -> None:
    if "currency" in {one, other} or one == other:
        return
    assert digest({"id": "a", "cost": 1, one: text}) != digest({"id": "a", "cost": 1, other: text})


@given(
    st.decimals(min_value=0, max_value=10**10, places=9),
    st.decimals(min_value=0, max_value=10**10, places=9),
    st.sampled_from(["cost", "images"]),
)
def test_amounts_have_one_digest_exactly_where_they_are_equal(one: Decimal, other: Decimal, field: str) -> None:
    def told(number: Decimal) -> dict[str, Any]:
        return {"id": "a", "cost": number} if field == "cost" else {"id": "a", "quantities": {field: number}}

    assert (digest(told(one)) == digest(told(other))) is (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"cost": "1.250"}, {"cost": "1.25"}),
        ({"cost": "125e-2"}, {"cost": "1.25"}),
        ({"cost": "1E+2"}, {"cost": 100}),
        ({"cost": "-0.0"}, {"cost": 0}),
        ({"quantities": {"images": "2.0"}}, {"quantities": {"images": 2}}),
        ({"quantities": {"input_tokens": "1e1"}}, {"input_tokens": 10}),
        ({"quantities": {"prompt_tokens": 10}}, {"input_tokens": 10}),
        ({"quantities": {"cached_tokens": 1, "completion_tokens": 2}}, {"output_tokens": 2, "cache_read_tokens": 1}),
        ({"quantities": {"call": 1}}, {"quantities": {"requests": 1}}),
        ({"quantities": {"images": 1, "pages": 2}}, {"quantities": {"pages": 2, "images": 1}}),
        ({"time": "2026-11-20T09:30:00Z"}, {"time": "2026-11-20T15:00:00+05:30"}),
        ({"time": "2026-11-20T09:30:00Z"}, {"time": "2026-11-20T09:30:00.000-00:00"}),
        ({"labels": {"team": "a", "b": "c"}}, {"labels": {"b": "c", "team": "a"}}),
        ({"metadata": {"a": {"b": 1, "c": 2}}}, {"metadata": {"a": {"c": 2, "b": 1}}}),
        ({"hold": WHOLE["hold"]}, {"hold": WHOLE["hold"].upper()}),
    ],
)
def test_another_spelling_is_the_same_content(one: dict[str, Any], other: dict[str, Any]) -> None:
    base = {"id": "a", "service": "x"} | ({} if "quantities" in one else {"cost": 1})
    assert digest({**base, **one}) == digest({**base, **other})


def test_a_moment_that_was_not_sent_is_not_part_of_the_content() -> None:
    later = checked(draft(), NOW + timedelta(hours=3), ("team",))
    assert sound().digest == later.digest
    assert (sound().at, later.at) == (NOW, NOW + timedelta(hours=3))
    assert sound().digest != sound(time=NOW).digest


@given(st.datetimes(datetime(2000, 1, 2), datetime(2026, 11, 20), timezones=st.timezones()))  # noqa: DTZ001
def test_a_moment_is_the_same_in_every_zone(moment: datetime) -> None:
    if moment != moment.astimezone(UTC).astimezone(moment.tzinfo):
        return  # the clocks were put forward over it: it never was
    one = sound(time=moment)
    assert (one.at, one.at.utcoffset()) == (moment.astimezone(UTC), timedelta())
    assert one.digest == sound(time=moment.astimezone(UTC)).digest
    assert one.digest == sound(time=moment.astimezone(ZoneInfo("America/St_Johns"))).digest


@given(
    st.dictionaries(PRINTABLE, st.integers() | st.text(max_size=5) | st.booleans() | st.none(), max_size=4),
    st.dictionaries(PRINTABLE, st.integers() | st.text(max_size=5) | st.booleans() | st.none(), max_size=4),
)
def test_metadata_of_any_numbers_and_texts_is_told_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    def said(metadata: dict[str, Any]) -> int | str:
        try:
            return sound(metadata=metadata).digest
        except Unsound:
            return repr(msgspec.json.encode(metadata, order="deterministic"))

    assert (said(one) == said(other)) is (repr(sorted(one.items())) == repr(sorted(other.items())))


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["-1", "-0.000001", "NaN", "sNaN", "Infinity", "-Infinity", "1e11", "1e999999999"])
def test_an_absurd_cost_is_refused(number: str) -> None:
    assert refusal(cost=number) == "cost: must be an amount from 0 to below 100000000000"


@pytest.mark.parametrize(
    "number", ["-1", "NaN", "sNaN", "Infinity", "1e12", "1e999999999", "999999999999.9999999999999"]
)
def test_an_absurd_quantity_is_refused(number: str) -> None:
    assert refusal(quantities={"images": number}) == "quantities.images: must be a number from 0 to below 1000000000000"


@pytest.mark.parametrize("number", ["-1", "NaN", "sNaN", "Infinity", "1.5", "2147483648", "1e999999", "1e-999999"])
def test_tokens_are_whole_and_within_reason(number: str) -> None:
    message = "must be a whole number from 0 to 2147483647"
    assert refusal(quantities={"input_tokens": number}) == f"quantities.input_tokens: {message}"
    assert refusal(quantities={"total_tokens": number}) == f"quantities.total_tokens: {message}"


@pytest.mark.parametrize("field", ["input_tokens", "output_tokens", "cache_read_tokens", "latency_ms", "retry_count"])
@pytest.mark.parametrize("number", [-1, 2**31, 10**30])
def test_counts_are_not_negative_and_within_reason(field: str, number: int) -> None:
    assert refusal(**{field: number}) == f"{field}: must be a whole number from 0 to 2147483647"


@pytest.mark.parametrize("field", ["impact", "quality"])
@pytest.mark.parametrize("number", ["-0.1", "1.0001", "NaN", "sNaN", "Infinity", "1e999999999"])
def test_shares_are_from_0_to_1(field: str, number: str) -> None:
    assert refusal(**{field: number}) == f"{field}: must be from 0 to 1"


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ("1999-12-31T23:59:59.999999Z", "time: must not be before the year 2000"),
        ("2000-01-01T00:00:00+00:01", "time: must not be before the year 2000"),
        ("0001-01-01T00:00:00+23:59", "time: must not be before the year 2000"),
        ("2026-11-21T12:00:00.000001Z", "time: must not be more than a day ahead"),
        ("2026-11-21T23:59:00+11:00", "time: must not be more than a day ahead"),
        ("9999-12-31T23:59:59-23:59", "time: must not be more than a day ahead"),
    ],
)
def test_a_moment_beyond_reason_is_refused(time: str, message: str) -> None:
    assert refusal(time=time) == message


@pytest.mark.parametrize("time", ["2000-01-01T00:00:00Z", "2026-11-21T12:00:00Z", "2026-11-20T10:00:00+23:59"])
def test_the_first_and_the_last_moments_are_taken(time: str) -> None:
    assert sound(time=time).at == datetime.fromisoformat(time)


TEXTS = ("id", "source", "operation_id", "client", "campaign", "agent", "lead", "service", "category", "operation",
         "model", "platform", "content_type")  # fmt: skip


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_of_no_length_or_too_much_is_refused(field: str) -> None:
    assert refusal(**{field: ""}) == f"{field}: must have from 1 to 200 characters"
    assert refusal(**{field: "x" * 201}) == f"{field}: must have from 1 to 200 characters"
    assert getattr(sound(**{field: "é" * 200}).draft, field) == "é" * 200


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize(
    "text", ["a\0", "a\nb", "a\tb", "\x1b[31m", "\ud800", "a\x7f", "a\u202eb", "a\u2028b", "\ufeff"]
)
def test_a_text_that_cannot_be_printed_is_refused(field: str, text: str) -> None:
    assert refusal(**{field: text}) == f"{field}: must hold printable characters only"


@pytest.mark.parametrize("text", ["Müller & Söhne", "株式会社", "क्‍ष", "👩‍👩‍👧 family", "می‌خواهم", "Café\u00a0Noir"])
def test_names_of_all_languages_are_taken(text: str) -> None:
    assert sound(client=text).dimensions.client == text


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({f"l{number}": "x" for number in range(33)}, "labels: must be at most 32"),
        ({"": "x"}, "labels: must have from 1 to 64 characters"),
        ({"x" * 65: "x"}, "labels: must have from 1 to 64 characters"),
        ({"a\nb": "x"}, "labels: must hold printable characters only"),
        ({"team": ""}, "labels.team: must have from 1 to 200 characters"),
        ({"team": "a\0"}, "labels.team: must hold printable characters only"),
        ({"team": "x" * 201}, "labels.team: must have from 1 to 200 characters"),
    ],
)
def test_labels_beyond_reason_are_refused(labels: dict[str, str], message: str) -> None:
    assert refusal(labels=labels) == message


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ({f"unit_{number}": 1 for number in range(33)}, "quantities: must be at most 32"),
        ({"Images": 1}, "quantities.Images: is no unit"),
        ({"": 1}, "quantities.: is no unit"),
        ({"1st": 1}, "quantities.1st: is no unit"),
        ({"a-b": 1}, "quantities.a-b: is no unit"),
        ({"a\n": 1}, "quantities.a\n: is no unit"),
        ({"x" * 65: 1}, f"quantities.{'x' * 64}: is no unit"),
        ({"prompt_tokens": 1, "input_tokens": 1}, "quantities.input_tokens: counts what another field counts already"),
        ({"calls": 1, "requests": 1}, "quantities.requests: counts what another field counts already"),
    ],
)
def test_quantities_beyond_reason_are_refused(quantities: dict[str, int], message: str) -> None:
    assert refusal(quantities=quantities).startswith(message)


def test_a_unit_is_counted_once_whether_beside_the_fields_or_among_the_quantities() -> None:
    assert refusal(input_tokens=1, quantities={"prompt_tokens": 1}) == (
        "quantities.prompt_tokens: counts what another field counts already"
    )


def test_units_of_their_own_are_counted() -> None:
    assert sound(quantities={"square_metres": "2.5"}).quantities == {"square_metres": Decimal("2.5")}


@pytest.mark.parametrize("currency", ["usd", "US", "USDT", "U$D", "", "ÄÖÜ"])
def test_a_currency_has_three_capital_letters(currency: str) -> None:
    assert refusal(currency=currency) == "currency: must be three capital letters of ISO 4217, such as USD"


def test_an_event_counts_something() -> None:
    with pytest.raises(Unsound, match=r"^quantities: are needed, or cost$"):
        checked(EventDraft(id="a"), NOW, ())


def nested(depth: int, inside: Any = 1) -> Any:
    return inside if depth == 0 else [nested(depth - 1, inside)]


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"a": "x" * 10_000_000}, "must have at most 16384 bytes as JSON"),
        ({"a" * 10_000_000: 1}, "must have at most 16384 bytes as JSON"),
        ({"a": "b\0"}, "must not hold the null character"),
        ({"a": [{"b\0": 1}]}, "must not hold the null character"),
        ({"a": nested(64)}, "must not be nested more than 32 deep"),
        ({"a": nested(500)}, "must not be nested more than 32 deep"),
        ({"a": 2**64}, "must not hold whole numbers beyond 64 bits"),
        ({"a": [-(2**63) - 1]}, "must not hold whole numbers beyond 64 bits"),
        ({"a": "\ud800"}, "must be text in UTF-8"),
        ({"\udfff": 1}, "must be text in UTF-8"),
    ],
    ids=range(10),
)
def test_metadata_beyond_reason_is_refused(metadata: dict[str, Any], message: str) -> None:
    assert refusal(metadata=metadata) == f"metadata: {message}"


@pytest.mark.parametrize("value", ["C:\\u0000", "\\u0000", "\\\\u0000", nested(31), 2**64 - 1, -(2**63), 1.5, None])
def test_metadata_that_only_looks_bad_is_taken(value: Any) -> None:
    assert details_of(sound(metadata={"a": value}), None) == {"metadata": {"a": value}}


# --- what is kept -----------------------------------------------------------------------------------------------------


def test_what_was_said_to_a_model_and_what_it_answered_is_dropped() -> None:
    said = dict.fromkeys(("prompt", "Prompts", "messages", "COMPLETION", "response", "choices"), "secret")
    incoming = sound(model="m", metadata={**said, "request_id": "r-1"})
    assert details_of(incoming, None) == {"metadata": {"request_id": "r-1"}}


def test_only_tracked_labels_are_part_of_the_series_and_no_label_is_lost() -> None:
    incoming = sound(labels={"team": "blue", "stage": "draft"})
    assert incoming.dimensions.labels == (("team", "blue"),)
    assert details_of(incoming, None) == {"labels": {"stage": "draft"}}


def test_every_quantity_is_kept_once() -> None:
    incoming = sound(quantities={"images": "2.50", "pages": 3, "input_tokens": 5})
    unit = main_unit(incoming.units, "pages")
    assert unit == "pages"
    assert details_of(incoming, unit) == {"quantities": {"images": "2.5"}}


@pytest.mark.parametrize(
    ("units", "category_unit", "expected"),
    [
        (set(), None, None),
        ({"input_tokens", "output_tokens"}, "input_tokens", None),
        ({"images", "pages"}, None, "images"),
        ({"images", "pages"}, "pages", "pages"),
        ({"images"}, "pages", "images"),
    ],
)
def test_a_series_counts_by_one_unit_beside_the_tokens(
    units: set[str], category_unit: str | None, expected: str | None
) -> None:
    assert main_unit(frozenset(units), category_unit) == expected


# --- hours and days ---------------------------------------------------------------------------------------------------


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2026, 11, 20), timezones=st.just(UTC))  # noqa: DTZ001
    # St. John's put its clocks back at a minute past midnight: such a quarter of an hour lies in two days.
    | st.integers(0, 900).map(lambda seconds: datetime(2010, 11, 7, 2, 30, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from(("America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin", "Asia/Tehran")),
)
def test_an_event_lies_in_its_hour_and_its_local_day_whatever_was_looked_up_before(moment: datetime, zone: str) -> None:
    standing = Standing(ZoneInfo(zone), "EUR", LedgerSettings(), None, PriceDesk(), Exchange())
    for seconds in (-600, 600, -60, 60, 0):
        at = moment + timedelta(seconds=seconds)
        hour, day = standing.bucket(at)
        assert datetime.fromisoformat(hour) == at.replace(minute=0, second=0, microsecond=0)
        assert day == str(at.astimezone(ZoneInfo(zone)).date())
