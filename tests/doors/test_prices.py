"""The price book through the native API: rates are appended, overrides come and go, and a price explains itself."""

from typing import Any

import httpx
import pytest

from tests.doors.door_help import JSON, UNKNOWN_ID, problem

CALL = {"service": "openai", "model": "gpt-4o", "quantities": {"input_tokens": 1_000_000, "output_tokens": 1_000_000}}
WHATSAPP = {"key": "whatsapp", "kind": "messaging", "service": "Gupshup", "unit": "message"}


def made(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def explained(api: httpx.Client, asked: dict[str, Any] = CALL, **more: Any) -> dict[str, Any]:
    answer = api.post("/prices/explain", json=asked | more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def wrong_fields(answer: httpx.Response) -> list[str]:
    return [field["path"] for field in problem(answer, 422, "invalid_request")["errors"]]


# --- categories -------------------------------------------------------------------------------------------------------


def test_a_workspace_begins_with_categories_and_their_rates(api: httpx.Client) -> None:
    listed = api.get("/prices/categories", params={"limit": 500}).json()["items"]

    assert len(listed) == 21
    assert [(row["service"], row["key"]) for row in listed] == sorted((row["service"], row["key"]) for row in listed)
    (message,) = [row for row in listed if row["key"] == "gupshup_template_message"]
    assert (message["kind"], message["unit"], message["rate_first"]) == ("messaging", "messages", False)
    assert (message["current_rate"]["amount"], message["current_rate"]["currency"]) == ("0.0055", "USD")
    assert message["rates"] == [message["current_rate"]]


def test_categories_are_narrowed_by_kind_and_service_and_come_in_pages(api: httpx.Client) -> None:
    def keys(**wanted: str) -> list[str]:
        return [row["key"] for row in api.get("/prices/categories", params=wanted).json()["items"]]

    assert keys(kind="api") == ["google_search_api", "scrapingbee_request"]
    assert keys(kind="api", service="google") == ["google_search_api"]
    assert keys(kind="labor") == []
    seen: list[str] = []
    cursor: str | None = None
    while cursor is not None or not seen:
        page = api.get("/prices/categories", params={"limit": 8, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["key"] for row in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 21


def test_a_category_is_made_with_its_first_rate_and_found_by_key_and_id(api: httpx.Client) -> None:
    rate = {"amount": "4.20", "per": 1000, "currency": "EUR", "effective_from": "2026-01-01T00:00:00+01:00"}
    category = made(api.post("/prices/categories", json=WHATSAPP | {"rate": rate, "description": "Utility"}))

    assert (category["service"], category["unit"], category["description"]) == ("Gupshup", "messages", "Utility")
    assert category["current_rate"] | {"created_at": ""} == {
        "amount": "4.2", "per": 1000, "currency": "EUR", "effective_from": "2025-12-31T23:00:00Z",
        "created_at": "", "created_by": "owner's",
    }  # fmt: skip
    assert api.get("/prices/categories/whatsapp").json() == category
    assert api.get(f"/prices/categories/{category['id']}").json() == category
    problem(api.post("/prices/categories", json=WHATSAPP), 409, "key_taken")


def test_a_rate_is_appended_and_the_ones_before_it_stay(api: httpx.Client) -> None:
    made(api.post("/prices/categories", json=WHATSAPP))
    rates = "/prices/categories/whatsapp/rates"
    assert api.get("/prices/categories/whatsapp").json()["current_rate"] is None

    made(api.post(rates, json={"amount": "0.005", "effective_from": "2026-01-01T00:00:00Z"}))
    made(api.post(rates, json={"amount": "0.009", "effective_from": "2090-01-01T00:00:00Z"}))
    category = made(api.post(rates, json={"amount": "0.006", "effective_from": "2026-07-01T00:00:00Z"}))

    assert [rate["amount"] for rate in category["rates"]] == ["0.005", "0.006", "0.009"]
    assert category["current_rate"]["amount"] == "0.006"
    taken = problem(
        api.post(rates, json={"amount": "1", "effective_from": "2026-07-01T02:00:00+02:00"}), 409, "rate_taken"
    )
    assert taken["effective_from"] == "2026-07-01T00:00:00+00:00"
    ask = {"category": "whatsapp", "service": "Gupshup", "quantities": {"messages": 1000}}
    costs = [explained(api, ask, at=f"2026-{month}-01T00:00:00Z")["cost"] for month in ("03", "07", "12")]
    assert costs == ["5", "6", "6"]
    before = explained(api, ask, at="2025-12-31T23:59:59Z")
    assert (before["cost"], before["unpriced"]) == (None, {"reason": "no_rate", "about": "whatsapp"})


@pytest.mark.parametrize(
    ("number", "kept"),
    [("0.1", "0.1"), ("123456789.123456789012", "123456789.123456789012"), ("5e-3", "0.005"), ('"0.30"', "0.3"),
     ("0", "0"), ("99999999999.999999999999", "99999999999.999999999999")],
)  # fmt: skip
def test_a_number_is_read_digit_by_digit(api: httpx.Client, number: str, kept: str) -> None:
    """A float would have lost the last digits of the long ones."""
    made(api.post("/prices/categories", json=WHATSAPP))

    body = f'{{"amount": {number}}}'
    category = made(api.post("/prices/categories/whatsapp/rates", content=body, headers=JSON))

    assert category["current_rate"]["amount"] == kept


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "-Infinity", "-1", '"-1"', '"NaN"', '"1e5"', '""', '" 1"', '"1,5"', "true", "null", "[1]",
     "100000000000", "1e400", "1e99999999999999999999", "1e-13", "0.0000000000001", '"\\u0000"', '"\\u0661"'],
)  # fmt: skip
def test_an_amount_that_cannot_be_is_refused_at_its_field(api: httpx.Client, amount: str) -> None:
    made(api.post("/prices/categories", json=WHATSAPP))

    answer = api.post("/prices/categories/whatsapp/rates", content=f'{{"amount": {amount}}}', headers=JSON)

    assert wrong_fields(answer) == ["amount"]
    assert api.get("/prices/categories/whatsapp").json()["rates"] == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"key": "a\0b"}, "key"),
        ({"kind": "something"}, "kind"),
        ({"service": ""}, "service"),
        ({"service": "s" * 121}, "service"),
        ({"service": "a\0b"}, "service"),
        ({"unit": "Input Tokens"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"unit": "to\nkens"}, "unit"),
        ({"unit": "a\0b"}, "unit"),
        ({"description": "d" * 501}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"colour": "red"}, "colour"),
        ({"rate": {"amount": "1", "per": 0}}, "rate.per"),
        ({"rate": {"amount": "1", "per": 1.5}}, "rate.per"),
        ({"rate": {"amount": "1", "per": 10**12 + 1}}, "rate.per"),
        ({"rate": {"amount": "1", "currency": "usd"}}, "rate.currency"),
        ({"rate": {"amount": "1", "effective_from": "2026-01-01T00:00:00"}}, "rate.effective_from"),
        ({"rate": {"amount": "1", "effective_from": "0001-01-01T00:00:00+14:00"}}, "rate.effective_from"),
        ({"rate": {"amount": "1", "effective_from": "9999-12-31T23:59:59-12:00"}}, "rate.effective_from"),
        ({"rate": {"per": 1}}, "rate.amount"),
    ],
)
def test_a_category_that_makes_no_sense_is_refused_at_its_field(
    api: httpx.Client, change: dict[str, Any], path: str
) -> None:
    assert wrong_fields(api.post("/prices/categories", json=WHATSAPP | change)) == [path]

    problem(api.get("/prices/categories/whatsapp"), 404, "not_found")


# --- overrides --------------------------------------------------------------------------------------------------------


def test_an_override_has_fixed_rates_steps_a_discount_and_dates(api: httpx.Client) -> None:
    override = made(
        api.post(
            "/prices/overrides",
            json={
                "service": "openai",
                "model": "gpt-4o*",
                "context": {"processing": "batch"},
                "rates": [
                    {"unit": "prompt_tokens", "rate": 2, "steps": [{"from": "1000000", "rate": 1}]},
                    {"unit": "cached_tokens", "rate": "0.50", "per": 1_000},
                    {"unit": "input_audio_tokens", "rate": "40"},
                    {"unit": "cache_audio_read_tokens", "rate": "2.50"},
                ],
                "discount_percent": "12.5",
                "currency": "EUR",
                "effective_from": "2026-01-01T00:00:00Z",
                "effective_until": "2090-01-01T00:00:00Z",
                "note": "Frame contract",
            },
        )
    )

    assert [rate["unit"] for rate in override["rates"]] == [
        "input_tokens", "cache_read_tokens", "input_audio_tokens", "cache_audio_read_tokens"
    ]  # fmt: skip
    assert override["rates"][0] == {
        "unit": "input_tokens", "rate": "2", "per": 1_000_000, "steps": [{"from": "1000000", "rate": "1"}]
    }  # fmt: skip
    assert override["rates"][1] == {"unit": "cache_read_tokens", "rate": "0.5", "per": 1_000, "steps": []}
    assert (override["discount_percent"], override["currency"], override["note"]) == ("12.5", "EUR", "Frame contract")
    assert (override["context"], override["model"]) == ({"processing": "batch"}, "gpt-4o*")
    assert api.get("/prices/overrides").json() == {"items": [override], "next": None}


def test_overrides_are_narrowed_by_service_and_model_and_those_that_ended_are_left_out(api: httpx.Client) -> None:
    for service, model in (("openai", "gpt-4o"), ("openai", None), ("anthropic", "claude-*")):
        made(api.post("/prices/overrides", json={"service": service, "model": model, "discount_percent": 10}))
    over = made(api.post("/prices/overrides", json={"service": "openai", "discount_percent": 5}))
    ended = api.post(f"/prices/overrides/{over['id']}/end", json={})
    assert ended.status_code == 200
    assert ended.json()["effective_until"] >= over["effective_from"]

    def seen(**wanted: Any) -> list[tuple[str, str | None]]:
        rows = api.get("/prices/overrides", params=wanted).json()["items"]
        return [(row["service"], row["model"]) for row in rows]

    assert seen() == [("anthropic", "claude-*"), ("openai", None), ("openai", "gpt-4o")]
    assert seen(service="OpenAI") == [("openai", None), ("openai", "gpt-4o")]
    assert seen(service="openai", with_ended=True) == [("openai", None), ("openai", None), ("openai", "gpt-4o")]
    assert seen(model="claude-*") == [("anthropic", "claude-*")]
    again = problem(api.post(f"/prices/overrides/{over['id']}/end", json={}), 409, "override_ended")
    assert "ended" in again["detail"]
    problem(api.post(f"/prices/overrides/{UNKNOWN_ID}/end", json={}), 404, "not_found")


def test_an_override_ends_at_a_moment_that_is_named_and_prices_until_then(api: httpx.Client) -> None:
    begun = {"effective_from": "2026-01-01T00:00:00Z"}
    override = made(api.post("/prices/overrides", json={"service": "openai", "discount_percent": "20", **begun}))

    api.post(f"/prices/overrides/{override['id']}/end", json={"at": "2026-06-01T00:00:00Z"}).raise_for_status()

    costs = [explained(api, at=f"2026-{day}T00:00:00Z")["cost"] for day in ("05-31", "06-01")]
    assert costs == ["10", "12.5"]


@pytest.mark.parametrize(
    ("draft", "path"),
    [
        ({}, "rates"),
        ({"discount_percent": "100.01"}, "discount_percent"),
        ({"discount_percent": -1}, "discount_percent"),
        ({"discount_percent": 1, "service": " "}, "service"),
        ({"discount_percent": 1, "model": "gpt-*-mini"}, "model"),
        ({"discount_percent": 1, "model": "a\0b"}, "model"),
        ({"discount_percent": 1, "model": "m" * 201}, "model"),
        ({"discount_percent": 1, "note": "a\0b"}, "note"),
        ({"discount_percent": 1, "currency": "Dollar"}, "currency"),
        ({"discount_percent": 1, "context": {"moon": "full"}}, "context.moon"),
        ({"discount_percent": 1, "context": {"speed": "a\0b"}}, "context.speed"),
        ({"discount_percent": 1, "effective_from": "2026-01-01T00:00"}, "effective_from"),
        ({"discount_percent": 1, "effective_from": "2026-01-01"}, "effective_from"),
        (
            {"discount_percent": 1, "effective_from": "2026-02-01T00:00Z", "effective_until": "2026-02-01T00:00Z"},
            "effective_until",
        ),
        ({"rates": [{"unit": "Input", "rate": 1}]}, "rates.0.unit"),
        ({"rates": [{"unit": "input_tokens", "rate": "NaN"}]}, "rates.0.rate"),
        ({"rates": [{"unit": "input_tokens", "rate": 1}, {"unit": "output_tokens", "rate": -1}]}, "rates.1.rate"),
        ({"rates": [{"unit": "input_tokens", "rate": 1, "per": 0}]}, "rates.0.per"),
        ({"rates": [{"unit": "input_tokens", "rate": 1}, {"unit": "prompt_tokens", "rate": 1}]}, "rates"),
        ({"rates": [{"unit": "cache_read_tokens", "rate": 1}, {"unit": "input_audio_tokens", "rate": 1}]}, "rates"),
        ({"rates": [{"unit": "u" * 65, "rate": 1}]}, "rates.0.unit"),
        ({"rates": [{"unit": f"unit_{number}", "rate": 1} for number in range(41)]}, "rates"),
    ],
)
def test_an_override_that_makes_no_sense_is_refused_at_its_field(
    api: httpx.Client, draft: dict[str, Any], path: str
) -> None:
    assert wrong_fields(api.post("/prices/overrides", json={"service": "openai"} | draft)) == [path]

    assert api.get("/prices/overrides", params={"with_ended": True}).json()["items"] == []


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([("200", "1"), ("100", "1")], "rates.0.steps"),
        ([("100", "1"), ("100", "1")], "rates.0.steps"),
        ([("0", "1")], "rates.0.steps"),
        ([("-5", "1")], "rates.0.steps.0.from"),
        ([("100", "NaN")], "rates.0.steps.0.rate"),
        ([("0.0000000000001", "1")], "rates.0.steps"),
        ([(str(number + 1), "1") for number in range(21)], "rates.0.steps"),
    ],
)
def test_steps_begin_above_nothing_and_each_later_than_the_one_before(
    api: httpx.Client, steps: list[tuple[str, str]], path: str
) -> None:
    rate = {"unit": "messages", "rate": 1, "steps": [{"from": start, "rate": each} for start, each in steps]}

    assert wrong_fields(api.post("/prices/overrides", json={"service": "gupshup", "rates": [rate]})) == [path]


# --- explaining -------------------------------------------------------------------------------------------------------


def test_a_list_price_names_its_source_version_and_each_line(api: httpx.Client) -> None:
    found = explained(api, at="2026-11-01T00:00:00Z")

    assert (found["cost"], found["currency"], found["unpriced"]) == ("12.5", "USD", None)
    assert (found["rule"]["source"], found["rule"]["matched"]) == ("genai-prices", "openai/gpt-4o")
    assert (found["rule"]["base"], found["at"]) == (None, "2026-11-01T00:00:00Z")
    assert found["rule"]["version"]
    lines = {line["unit"]: line for line in found["lines"]}
    assert lines["input_tokens"] == {
        "unit": "input_tokens", "quantity": "1000000", "per": 1_000_000, "rate": "2.5", "discount_percent": "0",
        "tier": None, "source": "genai-prices", "amount": "2.5",
    }  # fmt: skip
    assert lines["output_tokens"]["amount"] == "10"


def test_an_override_is_explained_with_the_price_it_was_applied_to(api: httpx.Client) -> None:
    override = made(
        api.post(
            "/prices/overrides",
            json={
                "service": "openai",
                "model": "gpt-4o",
                "rates": [{"unit": "input_tokens", "rate": "2", "steps": [{"from": 1_500_000, "rate": "1"}]}],
                "discount_percent": 50,
            },
        )
    )

    found = explained(api, used={"input_tokens": "1000000"})

    assert found["cost"] == "6.5"  # half a million at 2, half a million at 1, the output at half of 10
    assert (found["rule"]["source"], found["rule"]["version"]) == ("override", override["id"])
    assert found["rule"]["base"]["matched"] == "openai/gpt-4o"
    told = [(line["unit"], line["quantity"], line["tier"], line["amount"]) for line in found["lines"]]
    assert told == [
        ("input_tokens", "500000", "from 0 units of the month", "1"),
        ("input_tokens", "500000", "from 1500000 units of the month", "0.5"),
        ("output_tokens", "1000000", None, "5"),
    ]
    assert found["lines"][2]["discount_percent"] == "50"


def test_an_override_for_batch_counts_for_batch_only(api: httpx.Client) -> None:
    batch = {"context": {"processing": "batch"}}
    rates = [{"unit": "input_tokens", "rate": "1"}, {"unit": "output_tokens", "rate": "3"}]
    made(api.post("/prices/overrides", json={"service": "openai", "model": "gpt-4o", "rates": rates, **batch}))

    assert explained(api, **batch)["cost"] == "4"
    assert explained(api, context={"service_tier": "batch"})["cost"] == "4"
    assert explained(api)["rule"]["source"] == "genai-prices"


@pytest.mark.parametrize(
    ("asked", "reason", "about"),
    [
        ({"model": "no-such-model"}, "unknown_model", "no-such-model"),
        ({"quantities": {}}, "no_quantity", None),
        ({"quantities": {"input_tokens": 1, "pages": 2}}, "unit_not_priced", "pages"),
        ({"context": {"service_tier": "gold"}}, "tier_not_priced", "service_tier=gold"),
        ({"model": None, "category": "no_such_category"}, "no_rate", "no_such_category"),
        ({"service": "s" * 200}, "unknown_model", "gpt-4o"),
    ],
)
def test_what_has_no_price_says_why_and_never_costs_nothing(
    api: httpx.Client, asked: dict[str, Any], reason: str, about: str | None
) -> None:
    found = explained(api, **asked)

    assert (found["cost"], found["lines"]) == (None, [])
    assert found["unpriced"] == {"reason": reason, "about": about}


def test_a_quantity_is_read_digit_by_digit(api: httpx.Client) -> None:
    made(api.post("/prices/categories", json=WHATSAPP | {"rate": {"amount": "1"}}))
    body = '{"category": "whatsapp", "quantities": {"messages": 123456789012345.123456789012}}'

    found = api.post("/prices/explain", content=body, headers=JSON).json()

    assert found["lines"][0]["quantity"] == found["cost"] == "123456789012345.123456789012"


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"model": None}, "model"),
        ({"model": ""}, "model"),
        ({"model": "a\0b"}, "model"),
        ({"model": "m" * 201}, "model"),
        ({"service": "a\0b"}, "service"),
        ({"category": "a\0b"}, "category"),
        ({"quantities": {"input_tokens": -1}}, "quantities.input_tokens"),
        ({"quantities": {"input_tokens": "NaN"}}, "quantities.input_tokens"),
        ({"quantities": {"input_tokens": True}}, "quantities.input_tokens"),
        ({"quantities": {"input_tokens": 10**15}}, "quantities.input_tokens"),
        ({"quantities": {"input_tokens": "0.0000000000001"}}, "quantities.input_tokens"),
        ({"quantities": {"input_tokens": 1, "prompt_tokens": 1}}, "quantities.prompt_tokens"),
        ({"quantities": {"input_tokens": 1, "cache_read_tokens": 2}}, "quantities.input_tokens"),
        ({"quantities": {"Input Tokens": 1}}, "quantities.Input Tokens.[key]"),
        ({"quantities": {"a\0b": 1}}, "quantities.a\0b.[key]"),
        ({"quantities": {f"unit_{number}": 1 for number in range(41)}}, "quantities"),
        ({"quantities": None}, "quantities"),
        ({"used": {"input_tokens": -1}}, "used.input_tokens"),
        ({"used": {"input_tokens": 1, "prompt_tokens": 1}}, "used.prompt_tokens"),
        ({"context": {"moon": "full"}}, "context.moon"),
        ({"at": "2026-01-01T00:00:00"}, "at"),
        ({"at": "soon"}, "at"),
        ({"at": "0001-01-01T00:00:00Z"}, "at"),
        ({"at": "9999-12-31T23:59:59Z"}, "at"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_its_field(
    api: httpx.Client, asked: dict[str, Any], path: str
) -> None:
    assert wrong_fields(api.post("/prices/explain", json=CALL | asked)) == [path]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400"])
def test_a_quantity_that_is_no_number_is_refused(api: httpx.Client, number: str) -> None:
    body = f'{{"model": "gpt-4o", "service": "openai", "quantities": {{"input_tokens": {number}}}}}'

    answer = api.post("/prices/explain", content=body, headers=JSON)

    assert wrong_fields(answer) == ["quantities.input_tokens"]


# --- who ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["portal", "agent"])
def test_a_client_s_people_and_agents_see_no_prices(api: httpx.Client, role: str) -> None:
    api.post("/clients", json={"name": "Acme"})
    api.post("/agents", json={"name": "Writer"})
    bound = {"portal": {"client": "acme"}, "agent": {"agent": "writer"}}[role]
    key = made(api.post("/keys", json={"name": role, "role": role, **bound}))["secret"]
    headers = {"Authorization": f"Bearer {key}"}

    for path in ("/prices/categories", "/prices/categories/agent_design", "/prices/overrides"):
        found = problem(api.get(path, headers=headers), 403, "not_allowed")
        assert found["needs"] == "prices.read"
    problem(api.post("/prices/explain", json=CALL, headers=headers), 403, "not_allowed")


def test_every_change_is_in_the_audit_log(api: httpx.Client) -> None:
    made(api.post("/prices/categories", json=WHATSAPP))
    made(api.post("/prices/categories/whatsapp/rates", json={"amount": "0.1"}))
    override = made(api.post("/prices/overrides", json={"service": "openai", "discount_percent": 10}))
    api.post(f"/prices/overrides/{override['id']}/end", json={}).raise_for_status()

    actions = [entry["action"] for entry in api.get("/audit").json()["items"]]

    assert actions[:4] == ["price_override.end", "price_override.create", "category.rate", "category.create"]
