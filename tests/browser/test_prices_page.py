"""The price book: categories and their history, overrides, and why a call costs what it costs."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, small_targets, violations

TITLE = "Price book"
CALL = "service=openai&model=gpt-4o&input=1000000&output=1000000"


def _error_of(dialog: Locator, label: str) -> str:
    """What a field says is wrong with it."""
    field = dialog.get_by_label(label, exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = (field.get_attribute("aria-describedby") or "").split()
    return dialog.locator(f"[id='{described[-1]}']").inner_text()


def _history(page: Page) -> list[str]:
    rows = page.get_by_role("table", name="History of rates").locator("tbody tr")
    return [re.sub(r"\s+", " ", row) for row in rows.all_inner_texts()]


def test_a_category_is_added_with_a_rate_and_a_later_rate_joins_its_history(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/prices", TITLE)
        page.get_by_role("button", name="Add category").click()
        form = page.get_by_role("dialog", name="Add category")
        form.get_by_label("Key").fill("whatsapp_utility")
        form.get_by_label("Kind").select_option("messaging")
        form.get_by_label("Service", exact=True).fill("gupshup")
        form.get_by_label("Unit", exact=True).fill("messages")
        form.get_by_label("Amount").fill("4.20")
        form.get_by_label("Per how many").fill("1 000")
        form.get_by_label("Currency").fill("usd")
        form.get_by_label("Counts from").fill("2026-01-01")
        form.get_by_role("button", name="Add category").click()
        expect(form).to_have_count(0)
        row = page.get_by_role("row", name="whatsapp_utility")
        expect(row).to_contain_text("$4.20 per 1,000")
        expect(row).to_contain_text("Jan 1, 2026")

        row.get_by_role("link", name="whatsapp_utility").click()
        expect(page).to_have_url(re.compile(r"category=whatsapp_utility$"))
        dialog = page.get_by_role("dialog", name="whatsapp_utility")
        expect(dialog.get_by_role("table", name="History of rates")).to_be_visible()
        assert [line.startswith("Jan 1, 2026 $4.20 per 1,000 In force") for line in _history(page)] == [True]
        for amount, day in (("5.10", "2026-07-01"), ("6", "2090-01-01")):
            dialog.get_by_role("button", name="Add rate").click()
            rate = dialog.get_by_role("form", name="Add rate")
            expect(rate.get_by_label("Per how many")).to_have_value("1000")
            rate.get_by_label("Amount").fill(amount)
            rate.get_by_label("Counts from").fill(day)
            rate.get_by_role("button", name="Add rate").click()
            expect(rate).to_have_count(0)
        expect(dialog.get_by_role("table", name="History of rates").locator("tbody tr")).to_have_count(3)
        newest, current, oldest = _history(page)
        assert newest.startswith("Jan 1, 2090 $6.00 per 1,000 Upcoming")
        assert current.startswith("Jul 1, 2026 $5.10 per 1,000 In force")
        assert oldest.startswith("Jan 1, 2026 $4.20 per 1,000 Olivia Owner")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(row).to_contain_text("$5.10 per 1,000")
        expect(row).to_contain_text("Jan 1, 2090")
    with house.api as api:
        rates = api.get("/prices/categories/whatsapp_utility").raise_for_status().json()["rates"]
    # Days are the workspace's own, which is in Berlin.
    assert [rate["effective_from"] for rate in rates][:2] == ["2025-12-31T23:00:00Z", "2026-06-30T22:00:00Z"]


def test_what_is_wrong_with_a_category_stands_at_its_field(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of (422|409)") as page:
        go(page, "/prices", TITLE)
        page.get_by_role("button", name="Add category").click()
        form = page.get_by_role("dialog", name="Add category")
        form.get_by_label("Key").fill("Not A Key")
        form.get_by_label("Service", exact=True).fill("gupshup")
        form.get_by_label("Unit", exact=True).fill("messages")
        form.get_by_label("Amount").fill("cheap")
        form.get_by_role("button", name="Add category").click()
        assert "number" in _error_of(form, "Amount")
        form.get_by_label("Amount").fill("0.01")
        form.get_by_role("button", name="Add category").click()
        expect(form.get_by_label("Amount")).not_to_have_attribute("aria-invalid", "true")
        assert "must start with a letter or digit" in _error_of(form, "Key")
        form.get_by_label("Key").fill("google_search_api")
        form.get_by_role("button", name="Add category").click()
        expect(form).to_contain_text("already")
        assert "google_search_api already" in _error_of(form, "Key")


def test_a_rate_that_cannot_be_says_so_at_its_day(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of (422|409)") as page:
        go(page, "/prices?category=google_search_api", TITLE)
        dialog = page.get_by_role("dialog", name="google_search_api")
        for day, said in (("2030-01-01", ""), ("2030-01-01", "There is a rate from"), ("1999-12-31", "from 2000 on")):
            dialog.get_by_role("button", name="Add rate").first.click()
            rate = dialog.get_by_role("form", name="Add rate")
            rate.get_by_label("Amount").fill("0.006")
            rate.get_by_label("Counts from").fill(day)
            rate.get_by_role("button", name="Add rate").click()
            if said:
                expect(rate).to_contain_text(said)
                assert said in _error_of(rate, "Counts from")
                rate.get_by_role("button", name="Cancel").click()
            expect(rate).to_have_count(0)


def test_what_is_wrong_with_an_override_stands_at_its_field(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie, expected="status of 422") as page:
        go(page, "/prices?part=overrides", TITLE)
        page.get_by_role("button", name="Add override").click()
        form = page.get_by_role("dialog", name="Add override")
        form.get_by_label("Service").fill("openai")
        form.get_by_label("Discount in percent").fill("101")
        form.get_by_role("button", name="Add override").click()
        expect(form.get_by_label("Discount in percent")).to_have_attribute("aria-invalid", "true")
        form.get_by_label("Discount in percent").fill("10")
        form.get_by_role("button", name="Add a fixed rate").click()
        rate = form.get_by_role("group", name="Fixed rate 1")
        rate.get_by_label("Unit").fill("Input Tokens")
        rate.get_by_label("Rate", exact=True).fill("-1")
        form.get_by_role("button", name="Add override").click()
        expect(rate.get_by_label("Unit")).to_have_attribute("aria-invalid", "true")
        assert "number" in _error_of(rate, "Rate")
        rate.get_by_label("Unit").fill("input_tokens")
        rate.get_by_label("Rate", exact=True).fill("2")
        for start in ("200", "100"):
            rate.get_by_role("button", name="Add a step").click()
            step = rate.get_by_role("group", name="Step").last
            step.get_by_label("From, in a month").fill(start)
            step.get_by_label("Rate from there").fill("1")
        form.get_by_role("button", name="Add override").click()
        expect(rate.get_by_role("alert")).to_contain_text("each later than the one before")
        rate.get_by_role("button", name="Remove step 2").click()
        form.get_by_label("Ends on").fill("2020-01-01")
        form.get_by_role("button", name="Add override").click()
        expect(form).to_contain_text("must be later than effective_from")
        expect(form.get_by_label("Ends on")).to_have_attribute("aria-invalid", "true")


def test_an_override_is_added_shown_and_ended(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/prices?part=overrides", TITLE)
        expect(page.get_by_role("main")).to_contain_text("No override in force")
        page.get_by_role("button", name="Add the first override").click()
        form = page.get_by_role("dialog", name="Add override")
        form.get_by_label("Service").fill("openai")
        form.get_by_label("Model").fill("gpt-4o*")
        form.get_by_label("Discount in percent").fill("50")
        form.get_by_label("Note").fill("Frame contract")
        form.get_by_label("Counts from").fill("2026-01-01")
        form.get_by_role("button", name="Add a fixed rate").click()
        rate = form.get_by_role("group", name="Fixed rate 1")
        rate.get_by_label("Unit").fill("input_tokens")
        rate.get_by_label("Rate", exact=True).fill("2")
        rate.get_by_role("button", name="Add a step").click()
        step = rate.get_by_role("group", name="Step 1")
        step.get_by_label("From, in a month").fill("1 500 000")
        step.get_by_label("Rate from there").fill("1")
        form.get_by_role("button", name="Add override").click()
        expect(form).to_have_count(0)
        row = page.get_by_role("row", name="openai / gpt-4o*")
        expect(row).to_contain_text("input tokens $2.00 per 1,000,000 and steps")
        expect(row).to_contain_text("50% off all others")
        expect(row).to_contain_text("In force")
        row.get_by_role("button", name="openai / gpt-4o*").first.click()
        details = page.get_by_role("dialog", name="openai / gpt-4o*")
        expect(details).to_contain_text("Frame contract")
        expect(details).to_contain_text("from 1,500,000 in a month on: $1.00")
        page.keyboard.press("Escape")

        page.get_by_role("button", name="End openai / gpt-4o*").click()
        end = page.get_by_role("dialog", name="End openai / gpt-4o*?")
        end.get_by_role("button", name="End override").click()
        expect(page.get_by_role("main")).to_contain_text("No override in force")
        page.get_by_label("Show ended").check()
        expect(page).to_have_url(re.compile("ended=true"))
        expect(row).to_contain_text("Ended")
        expect(page.get_by_role("button", name="End openai")).to_have_count(0)


def test_what_a_call_would_cost_names_the_source_and_follows_the_overrides(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page, house.api as api:
        go(page, "/prices", TITLE)
        page.get_by_role("link", name="What would it cost?").click()
        answer = page.get_by_role("region", name="Answer")
        expect(answer).to_contain_text("Name a model or a category")
        ask = page.get_by_role("form", name="What would it cost?")
        ask.get_by_label("Service").fill("openai")
        ask.get_by_label("Model").fill("gpt-4o")
        ask.get_by_label("Tokens read").fill("1 000 000")
        ask.get_by_label("Tokens written").fill("1000000")
        ask.get_by_text("More details").click()
        ask.get_by_label("already used this month").fill("1000000")
        ask.get_by_role("button", name="Explain").click()
        expect(answer).to_contain_text("$12.50")
        expect(answer).to_contain_text("openai/gpt-4o")
        expect(answer.get_by_role("row", name="input tokens")).to_contain_text("List price")
        expect(page).to_have_url(re.compile("model=gpt-4o&input=1000000&output=1000000&month=1000000"))
        expect(ask.get_by_role("button", name="Explain")).to_be_focused()

        rates = [{"unit": "input_tokens", "rate": "2", "steps": [{"from": "1500000", "rate": "1"}]}]
        draft = {"service": "openai", "model": "gpt-4o*", "rates": rates, "discount_percent": "50"}
        override = api.post("/prices/overrides", json=draft).raise_for_status().json()
        page.reload()
        expect(answer).to_contain_text("$6.50")
        expect(answer).to_contain_text("Your override")
        expect(answer).to_contain_text(override["id"])
        expect(answer).to_contain_text("List price openai/gpt-4o")
        lines = answer.get_by_role("table", name="Lines of the price").locator("tbody tr")
        expect(lines).to_have_count(3)
        expect(lines.nth(0)).to_contain_text("from 0 units of the month")
        expect(lines.nth(1)).to_contain_text("from 1500000 units of the month")
        expect(lines.nth(2)).to_contain_text("less 50%")

        api.post(f"/prices/overrides/{override['id']}/end", json={}).raise_for_status()
        page.reload()
        expect(answer).to_contain_text("$12.50")


def test_an_override_for_batch_counts_for_batch_calls_only(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/prices?part=overrides", TITLE)
        page.get_by_role("button", name="Add override").click()
        form = page.get_by_role("dialog", name="Add override")
        form.get_by_label("Service").fill("openai")
        form.get_by_label("Counts for").select_option(label="Batch calls only")
        form.get_by_label("Discount in percent").fill("10")
        form.get_by_role("button", name="Add override").click()
        expect(page.get_by_role("row", name="openai / all models")).to_contain_text("batch calls only")

        go(page, f"/prices?part=calculator&{CALL}", TITLE)
        answer = page.get_by_role("region", name="Answer")
        expect(answer).to_contain_text("$12.50")
        page.get_by_label("Batch call").check()
        page.get_by_role("button", name="Explain").click()
        expect(answer).to_contain_text("Your override")
        expect(answer).to_contain_text("$5.625")
        expect(page).to_have_url(re.compile("batch=true"))
        page.go_back()
        expect(answer).to_contain_text("$12.50")
        expect(page.get_by_label("Batch call")).not_to_be_checked()


def test_what_nobody_knows_the_price_of_says_so_and_what_cannot_be_asked_says_where(
    open_page: Open, house: House
) -> None:
    with open_page(cookie=house.cookie, expected="status of 422") as page:
        go(page, "/prices?part=calculator&service=openai&model=nobody-sells-this&input=5", TITLE)
        answer = page.get_by_role("region", name="Answer")
        expect(answer).to_contain_text("— unpriced")
        expect(answer).to_contain_text("No price book and no override knows the model nobody-sells-this")
        expect(answer).not_to_contain_text("$0")
        ask = page.get_by_role("form", name="What would it cost?")
        ask.get_by_label("Tokens read").fill("many")
        ask.get_by_role("button", name="Explain").click()
        expect(answer).to_contain_text("This cannot be asked")
        assert "number" in _error_of(ask, "Tokens read")


def test_the_list_is_narrowed_in_the_address(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/prices?kind=api&part=nonsense&ended=maybe", TITLE)
        rows = page.get_by_role("table", name="Categories").locator("tbody tr")
        expect(rows).to_have_count(2)
        page.get_by_label("Service", exact=True).select_option("google")
        expect(rows).to_have_count(1)
        expect(page).to_have_url(f"{house.origin}/prices?kind=api&service=google")
        page.get_by_label("Kind", exact=True).select_option("labor")
        expect(page.get_by_role("main")).to_contain_text("No category fits")
        page.get_by_role("button", name="Clear filters").click()
        expect(rows).to_have_count(21)


def test_what_somebody_else_changes_shows_by_itself(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page, house.api as api:
        go(page, "/prices?part=overrides", TITLE)
        expect(page.get_by_text("Live", exact=True).first).to_be_visible()
        api.post("/prices/overrides", json={"service": "anthropic", "discount_percent": "7.5"}).raise_for_status()
        expect(page.get_by_role("row", name="anthropic / all models")).to_contain_text("7.5% off")


def test_a_viewer_reads_and_changes_nothing(open_page: Open, house: House) -> None:
    with house.api as api:
        api.post("/prices/overrides", json={"service": "openai", "discount_percent": 10}).raise_for_status()
    with open_page(cookie=colleague(house, "viewer")) as page:
        go(page, "/prices?category=agent_design", TITLE)
        dialog = page.get_by_role("dialog", name="agent_design")
        expect(dialog).to_contain_text("$0.07 per 1,000")
        expect(dialog.get_by_role("button", name="Add rate")).to_have_count(0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Add category")).to_have_count(0)
        page.get_by_role("link", name="Overrides").click()
        expect(page.get_by_role("row", name="openai / all models")).to_contain_text("10% off")
        expect(page.get_by_role("button", name="Add override")).to_have_count(0)
        expect(page.get_by_role("button", name="End openai")).to_have_count(0)
        go(page, f"/prices?part=calculator&{CALL}", TITLE)
        expect(page.get_by_role("region", name="Answer")).to_contain_text("$11.25")


def test_a_client_s_people_are_not_led_here_and_see_nothing(open_page: Open, house: House) -> None:
    with house.api as api:
        api.post("/clients", json={"name": "Acme"}).raise_for_status()
    with open_page(cookie=colleague(house, "portal", client="acme")) as page:
        go(page, "/")
        expect(page.get_by_role("navigation", name="Main").get_by_role("link", name=TITLE)).to_have_count(0)
        go(page, "/prices", TITLE)
        expect(page.get_by_role("main")).to_contain_text("This page needs the role")
        expect(page.get_by_role("main")).not_to_contain_text("$")


@pytest.mark.parametrize("address", ["", "?part=overrides", f"?part=calculator&{CALL}", "?category=agent_design"])
def test_each_part_is_accessible_and_fits_a_phone(open_page: Open, house: House, address: str) -> None:
    with house.api as api:
        rates = [{"unit": unit, "rate": "1.5"} for unit in ("input_tokens", "output_tokens")]
        body = {"service": "s" * 120, "model": "m" * 200, "rates": rates, "note": "n" * 500}
        api.post("/prices/overrides", json=body).raise_for_status()
    with open_page(cookie=house.cookie) as page:
        go(page, f"/prices{address}", TITLE)
        assert violations(page) == []
        page.emulate_media(color_scheme="light")
        assert violations(page, "color-contrast") == []
    with open_page(Visit(size=PHONE), cookie=house.cookie) as page:
        go(page, f"/prices{address}", TITLE)
        assert small_targets(page) == []
        for width in (390, 320, 768):
            page.set_viewport_size({"width": width, "height": 844})
            assert (width, overflow_px(page)) == (width, 0)


@pytest.mark.parametrize(
    ("part", "opener", "opened"),
    [
        ("", "Add category", "Add category"),
        ("?part=overrides", "Add override", "Add override"),
        ("?part=overrides", "End openai / gpt-4o", "End openai / gpt-4o?"),
        ("?part=overrides", "openai / gpt-4o", "openai / gpt-4o"),
    ],
)
def test_each_dialog_is_accessible_gives_focus_back_and_fits_a_phone(
    open_page: Open, house: House, part: str, opener: str, opened: str
) -> None:
    with house.api as api:
        draft = {"service": "openai", "model": "gpt-4o", "discount_percent": 10}
        api.post("/prices/overrides", json=draft).raise_for_status()
    for visit in (Visit(), Visit("light", PHONE)):
        with open_page(visit, cookie=house.cookie) as page:
            go(page, f"/prices{part}", TITLE)
            button = page.get_by_role("button", name=opener, exact=True)
            button.click()
            dialog = page.get_by_role("dialog", name=opened, exact=True)
            expect(dialog).to_be_visible()
            if opener == "Add override":
                dialog.get_by_role("button", name="Add a fixed rate").click()
                dialog.get_by_role("button", name="Add a step").click()
            assert violations(page) == []
            assert overflow_px(page) == 0
            assert dialog.evaluate("dialog => dialog.scrollWidth - dialog.clientWidth") == 0
            page.keyboard.press("Escape")
            expect(dialog).to_have_count(0)
            expect(button).to_be_focused()
