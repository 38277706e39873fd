"""One event: its price explained line by line, its history, and the ways to void and to correct it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from outlay.catalog.exchange import service as exchange
from outlay.catalog.exchange.model import DatedRate
from outlay.db.connect import Database
from tests.browser.conftest import Open, Prepare
from tests.browser.events_help import ago, call, error_of, in_dollars, send
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, settle, small_targets, violations
from tests.support.tenants import TESTER


def _part(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def _text(part: Locator) -> str:
    return re.sub(r"\s+", " ", part.inner_text())


def _exact(cell: Locator) -> Decimal:
    """The exact amount behind a rounded one."""
    return Decimal((cell.get_attribute("title") or "").partition(" ")[0])


def test_the_lines_of_the_price_say_who_what_and_how_much_and_add_up_to_the_cost(open_page: Open, house: House) -> None:
    in_dollars(house)
    send(house, [call("call", quantities={"cache_read_tokens": 1000})])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/call?source=api", "Event call")
        cost = _part(page, "What it cost")
        expect(cost).to_contain_text("List price")
        expect(cost).to_contain_text("openai/gpt-4o-mini")
        expect(cost).to_contain_text("Version")
        table = cost.get_by_role("table", name="Lines of the price")
        lines = [re.sub(r"\s+", " ", row) for row in table.locator("tbody tr").all_inner_texts()]
        assert [line.split(" List price")[0] for line in lines] == [
            "input tokens 500 $0.15 per 1,000,000",
            "output tokens 600 $0.60 per 1,000,000",
            "cache read tokens 1,000 $0.075 per 1,000,000",
        ]
        amounts = [_exact(cell) for cell in table.locator("tbody td:last-child span").all()]
        total = cost.get_by_text("All lines together").locator("xpath=following-sibling::span")
        # 500 × 0.15 + 600 × 0.60 + 1,000 × 0.075, each for a million.
        assert amounts == [Decimal("0.000075"), Decimal("0.00036"), Decimal("0.000075")]
        assert sum(amounts) == _exact(total) == Decimal("0.00051")
        expect(cost.get_by_text("$0.000510").first).to_be_visible()


def test_a_discount_of_ones_own_stands_in_its_lines(open_page: Open, house: House) -> None:
    in_dollars(house)
    with house.api as api:
        draft = {"service": "openai", "model": "gpt-4o-mini", "discount_percent": "20"}
        api.post("/prices/overrides", json=draft).raise_for_status()
    send(house, [call("call")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/call", "Event call")
        cost = _part(page, "What it cost")
        expect(cost).to_contain_text("Your override")
        row = cost.get_by_role("row").filter(has_text="input tokens")
        expect(row).to_contain_text("less 20%")
        assert _exact(row.locator("td:last-child span")) == Decimal("0.00018")


def test_money_of_another_currency_says_at_which_rate_of_which_day_it_came_in(
    open_page: Open, house: House, prepare: Prepare
) -> None:
    async def rates(database: Database) -> None:
        async with database.work(house.tenant.id) as work:
            await exchange.import_rates(
                work, TESTER, [DatedRate("EUR", "USD", date(2026, 1, 2), Decimal("1.25"), "ECB")]
            )

    prepare(rates)
    send(house, [call("abroad", time="2026-01-02T12:00:00Z"), call("early", time="2025-06-01T12:00:00Z")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/abroad", "Event abroad")
        cost = _part(page, "What it cost")
        expect(cost).to_contain_text("€0.000468")
        expect(cost).to_contain_text("$0.000585 (USD) at 0.8 EUR for 1 USD, the rate of Jan 2, 2026")
        amounts = [_exact(cell) for cell in cost.locator("tbody td:last-child span").all()]
        assert sum(amounts) == Decimal("0.000585")
        go(page, "/events/early", "Event early")
        expect(_part(page, "What it cost")).to_contain_text("— unpriced")
        expect(_part(page, "What it cost")).to_contain_text("USD to EUR had no rate")


def test_every_field_that_an_event_says_something_in_is_there(open_page: Open, house: House) -> None:
    in_dollars(house)
    told = {
        "campaign": "spring", "lead": "lead-7", "platform": "web", "content_type": "blog_post", "operation_id": "op-1",
        "labels": {"team": "red"}, "latency_ms": 1234, "retry_count": 2, "impact": "0.5", "quality": "0.75",
        "conversion": True, "success": False, "metadata": {"layer": 1},
    }  # fmt: skip
    send(house, [call("full", source="sdk", time="2026-11-01T22:59:07Z", **told)])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/full", "Event full")
        facts = _text(_part(page, "What it says"))
        for fact in (
            "Id full", "Sent by sdk", "Time Nov 1, 2026, 23:59:07", "Operation id op-1", "Client acme",
            "Campaign spring", "Agent copywriter", "Lead lead-7", "Kind AI", "Service openai", "Model gpt-4o-mini",
            "Operation chat", "Platform web", "Content type blog_post", "Label team red",
            "Quantities 1,500 input tokens 600 output tokens", "Outcome failed", "Latency 1,234 ms", "Retries 2",
            "Impact 0.5", "Quality 0.75", "Conversion reached", '"layer": 1',
        ):  # fmt: skip
            assert fact in facts, fact
        assert "Hold" not in facts
        _part(page, "What it says").get_by_role("link", name="copywriter").click()
        settle(page, "Events")
        expect(page).to_have_url(re.compile(r"/events\?agent=copywriter$"))


@pytest.mark.parametrize("event_id", ["a/b c", "50%25 off?#&x=ü", "file.name.js", "~1 ~ \\ \"'<b>", "x/void"])
def test_an_id_may_hold_whatever_can_be_printed(open_page: Open, house: House, event_id: str) -> None:
    send(house, [call(event_id), call("other")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events", "Events")
        links = page.get_by_role("table", name="Events").locator("tbody a")
        expect(links).to_have_count(2)
        # Both are of this very moment, so either may be the first.
        titles = [(link.get_attribute("title") or "").partition(" · ")[0] for link in links.all()]
        links.nth(titles.index(event_id)).click()
        settle(page, f"Event {event_id}")
        page.reload()
        settle(page, f"Event {event_id}")
        expect(_part(page, "What it says")).to_contain_text(event_id)
        page.get_by_role("button", name="Void").click()
        page.get_by_role("dialog").get_by_label("Reason").fill("A test run")
        page.get_by_role("dialog").get_by_role("button", name="Void event").click()
        expect(_part(page, "History")).to_contain_text("Voided by Olivia Owner: A test run")


def test_several_senders_may_use_one_id_and_a_wrong_one_says_so(open_page: Open, house: House) -> None:
    send(house, [call("twin", source="one", operation="first"), call("twin", source="two", operation="second")])
    with open_page(cookie=house.cookie, expected="status of (404|422)") as page:
        go(page, "/events/twin?source=two", "Event twin")
        expect(_part(page, "What it says")).to_contain_text("second")
        go(page, "/events/twin", "Event twin")
        expect(page.get_by_role("alert")).to_contain_text("name one of one, two")
        go(page, "/events/nobody", "Event nobody")
        expect(page.get_by_role("alert")).to_contain_text("There is no such event here.")


def test_the_other_events_of_an_operation_are_listed_with_it(open_page: Open, house: House) -> None:
    in_dollars(house)
    read = call("read", operation="chat_input", operation_id="op 1/2", output_tokens=None)
    written = call("written", operation="chat_output", operation_id="op 1/2", input_tokens=None)
    send(house, [read, written, call("alone", operation_id="op-3"), call("named op 1/2", lead="op 1/2")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/read", "Event read")
        others = _part(page, "Other events of the same operation")
        rows = others.locator("tbody tr")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("chat_output")
        expect(rows).to_contain_text("$0.00036")
        rows.get_by_role("link").click()
        settle(page, "Event written")
        expect(rows).to_contain_text("chat_input")
        go(page, "/events/alone", "Event alone")
        expect(others).to_contain_text("It has no other events.")


def test_voiding_asks_why_says_what_happens_and_takes_it_out(open_page: Open, house: House) -> None:
    in_dollars(house)
    send(house, [call("call"), call("other", time=ago(5))])
    with open_page(cookie=house.cookie, expected="status of 422") as page:
        go(page, "/events", "Events")
        page.locator("a[title^='call ·']").click()
        settle(page, "Event call")
        button = page.get_by_role("button", name="Void")
        button.click()
        dialog = page.get_by_role("dialog", name="Void this event?")
        expect(dialog).to_contain_text("Its $0.000585 are taken out of all sums")
        expect(dialog).to_contain_text("cannot be taken back")
        dialog.get_by_role("button", name="Void event").click()
        assert error_of(dialog, "Reason")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(button).to_be_focused()
        button.click()
        dialog.get_by_label("Reason").fill("Sent twice")
        page.keyboard.press("Enter")
        expect(page.get_by_text("The event is void.")).to_be_visible()
        expect(_part(page, "What it cost")).to_contain_text("It is void")
        expect(_part(page, "History")).to_contain_text("Voided by Olivia Owner: Sent twice")
        expect(button).to_have_count(0)
        expect(page.get_by_role("button", name="Correct")).to_have_count(0)
        # The list, which holds still, shows it as it is now.
        page.get_by_role("link", name="All events").click()
        settle(page, "Events")
        expect(page.get_by_role("row").filter(has=page.locator("a[title^='call ·']"))).to_contain_text("Void")
    with house.api as api:
        assert api.get("/events/call").json()["contents"] is None


def test_a_correction_sends_what_is_said_anew_and_the_history_shows_before_and_after(
    open_page: Open, house: House
) -> None:
    in_dollars(house)
    with house.api as api:
        for name in ("Acme", "Birch"):
            api.post("/clients", json={"name": name, "key": name.lower()}).raise_for_status()
            campaign = {"name": f"{name} spring", "key": f"{name.lower()}-spring", "client": name.lower()}
            api.post("/campaigns", json=campaign).raise_for_status()
    send(house, [call("call", campaign="acme-spring")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/call", "Event call")
        page.get_by_role("button", name="Correct").click()
        dialog = page.get_by_role("dialog", name="Correct this event")
        expect(dialog.get_by_label("Campaign")).to_have_value("acme-spring")
        dialog.get_by_role("button", name="Correct event").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Nothing is said anew")
        dialog.get_by_label("Client").select_option("Birch")
        campaigns = dialog.get_by_label("Campaign").locator("option")
        expect(campaigns).to_have_text(["None", "Birch spring"])
        dialog.get_by_label("Campaign").select_option("Birch spring")
        dialog.get_by_role("group", name="Quantity 1").get_by_label("Number").fill("3 000")
        dialog.get_by_role("button", name="Remove quantity 2").click()
        dialog.get_by_label("Outcome").select_option("failed")
        dialog.get_by_label("Reason").fill("Booked on the wrong client")
        dialog.get_by_role("button", name="Correct event").click()
        expect(dialog).to_have_count(0)

        expect(_part(page, "What it cost")).to_contain_text("$0.00045")
        history = _part(page, "History")
        expect(history).to_contain_text("Corrected by Olivia Owner: Booked on the wrong client")
        rows = history.get_by_role("table", name="Before and after").locator("tbody tr")
        assert [re.sub(r"\s+", " ", row) for row in rows.all_inner_texts()] == [
            "Client Acme Birch",
            "Campaign Acme spring Birch spring",
            "input tokens 1500 3000",
            "output tokens 600 —",
            "Outcome succeeded failed",
            "Cost $0.000585 $0.00045",
        ]
        expect(page.get_by_text("Corrected", exact=True).first).to_be_visible()
    with house.api as api:
        stored = api.get("/events/call").json()["contents"]
    assert (stored["model"], stored["agent"]["key"], stored["cost"]) == ("gpt-4o-mini", "copywriter", "0.00045")


def test_a_reported_cost_is_corrected_and_taken_back(open_page: Open, house: House) -> None:
    in_dollars(house)
    send(house, [call("call", cost="3.50", currency="USD")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/events/call", "Event call")
        expect(_part(page, "What it cost")).to_contain_text("Reported by the event")
        for typed, shown in (("4.25", "$4.25"), ("", "$0.000585")):
            page.get_by_role("button", name="Correct").click()
            dialog = page.get_by_role("dialog", name="Correct this event")
            expect(dialog.get_by_label("Reported cost")).to_have_value("3.5" if typed else "4.25")
            dialog.get_by_label("Reported cost").fill(typed)
            dialog.get_by_label("Reason").fill("As billed")
            dialog.get_by_role("button", name="Correct event").click()
            expect(dialog).to_have_count(0)
            expect(_part(page, "What it cost")).to_contain_text(shown)
        expect(_part(page, "What it cost")).to_contain_text("List price")


@pytest.mark.parametrize(
    ("label", "typed", "said"),
    [
        ("Number", "many", "number"),
        ("Number", "1.5", "whole"),
        ("Reported cost", "cheap", "number"),
        ("Reported cost", "99999999999999999", ""),
        ("Reason", "", "1"),
        ("Model", "\u0007", "control characters"),
    ],
)
def test_what_is_wrong_with_a_correction_stands_at_its_field(
    open_page: Open, house: House, label: str, typed: str, said: str
) -> None:
    send(house, [call("call")])
    with open_page(cookie=house.cookie, expected="status of 422") as page:
        go(page, "/events/call", "Event call")
        page.get_by_role("button", name="Correct").click()
        dialog = page.get_by_role("dialog", name="Correct this event")
        place = dialog.get_by_role("group", name="Quantity 1") if label == "Number" else dialog
        dialog.get_by_label("Operation").fill("other")
        dialog.get_by_label("Reason").fill("A test")
        place.get_by_label(label, exact=True).fill(typed)
        dialog.get_by_role("button", name="Correct event").click()
        assert said in error_of(place, label)
        expect(dialog.get_by_label("Operation")).to_have_value("other")


def test_who_only_reads_sees_the_price_and_no_buttons_and_a_portal_not_even_the_price(
    open_page: Open, house: House
) -> None:
    in_dollars(house)
    send(house, [call("ours"), call("theirs", client="birch")])
    with open_page(cookie=colleague(house, "viewer")) as page:
        go(page, "/events/ours", "Event ours")
        expect(page.get_by_role("table", name="Lines of the price")).to_be_visible()
        expect(page.get_by_role("button", name="Void")).to_have_count(0)
        expect(page.get_by_role("button", name="Correct")).to_have_count(0)
    with open_page(cookie=colleague(house, "portal", client="acme"), expected="status of 404") as page:
        go(page, "/events/ours", "Event ours")
        expect(_part(page, "What it cost")).to_contain_text("$0.000585")
        expect(page.get_by_role("main")).not_to_contain_text("List price")
        expect(page.get_by_role("table", name="Lines of the price")).to_have_count(0)
        expect(page.get_by_role("button", name="Void")).to_have_count(0)
        go(page, "/events/theirs", "Event theirs")
        expect(page.get_by_role("alert")).to_contain_text("There is no such event here.")


@pytest.mark.parametrize("opener", ["", "Correct", "Void"])
def test_the_page_and_its_dialogs_are_accessible_in_both_themes_and_fit_a_phone(
    open_page: Open, house: House, opener: str
) -> None:
    long = "Donaudampfschifffahrtsgesellschaft" * 5
    told = {"operation_id": long, "labels": {"k" * 40: long}, "metadata": {"prompt_id": long}, "operation": long}
    send(house, [call(long, time=ago(2), **told), call("other", operation_id=long)])
    with house.api as api:
        correction = {"reason": long, "model": long, "quantities": {"u" * 60: "12345678901.123456"}}
        api.post(f"/events/{long}/correct", json=correction).raise_for_status()
    for visit in (Visit(), Visit("light"), Visit(size=PHONE)):
        with open_page(visit, cookie=house.cookie) as page:
            go(page, f"/events/{long}", f"Event {long}")
            expect(_part(page, "Other events of the same operation").get_by_role("link")).to_be_visible()
            if opener:
                page.get_by_role("button", name=opener).click()
                dialog = page.get_by_role("dialog")
                expect(dialog).to_be_visible()
                assert dialog.evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") == 0
            assert violations(page) == []
            if visit.size == PHONE:
                assert small_targets(page) == []
                for width in (390, 320):
                    page.set_viewport_size({"width": width, "height": 844})
                    assert (width, overflow_px(page)) == (width, 0)
