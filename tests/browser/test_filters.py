"""The filters stand in the address: a copied link opens the same view, and a broken one a view that works."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, Visit, go, settle


def _choose(page: Page, dimension: str, *names: str) -> None:
    page.get_by_role("region", name="Filters").get_by_role("button", name=re.compile(f"^{dimension}")).click()
    panel = page.get_by_role("dialog", name=f"Filter by {dimension.lower()}")
    for name in names:
        panel.get_by_role("checkbox", name=name).check()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def _chips(page: Page) -> list[str]:
    settle(page)
    return [
        (chip.get_attribute("aria-label") or "").removeprefix("Remove filter ")
        for chip in page.get_by_role("button", name="Remove filter").all()
    ]


def test_what_is_chosen_stands_in_the_address_and_opens_the_same_view_elsewhere(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/gallery")
        expect(page.get_by_role("button", name="Reset")).to_have_count(0)
        page.get_by_role("button", name="Last 30 days").click()
        page.get_by_role("group", name="Presets").get_by_role("button", name="This quarter").click()
        page.get_by_label("Compare with").select_option(label="Compare: Last year")
        _choose(page, "Client", "Sundrel Solar", "Tamwick Coffee")
        _choose(page, "Campaign", "Guest care")
        _choose(page, "Agent", "Ad Optimizer")
        expect(page).to_have_url(
            f"{studio.origin}/gallery?range=this-quarter&compare=year&client=sundrel-solar&client=tamwick-coffee"
            "&campaign=yarrowby-guest-care&agent=ad-optimizer"
        )
        chips = _chips(page)
        assert chips == [
            "Client: Sundrel Solar", "Client: Tamwick Coffee", "Campaign: Guest care", "Agent: Ad Optimizer"
        ]  # fmt: skip

        with open_page(Visit("light"), cookie=studio.cookie) as elsewhere:
            go(elsewhere, page.url)
            expect(elsewhere).to_have_url(page.url)
            expect(elsewhere.get_by_role("button", name="This quarter")).to_be_visible()
            expect(elsewhere.get_by_label("Compare with")).to_have_value("year")
            expect(elsewhere.get_by_role("button", name="Remove filter Agent: Ad Optimizer")).to_be_visible()
            assert _chips(elsewhere) == chips

        page.get_by_role("button", name="Remove filter Client: Sundrel Solar").click()
        expect(page).to_have_url(re.compile(r"year&client=tamwick-coffee&campaign="))
        page.go_back()
        expect(page).to_have_url(re.compile("client=sundrel-solar"))

        page.get_by_role("link", name="Agents").first.click()
        settle(page, "Agents")
        page.get_by_role("link", name="Home", exact=True).click()
        expect(page.get_by_role("button", name="Remove filter Client: Tamwick Coffee")).to_be_visible()
        page.go_back()
        page.go_back()
        settle(page, "Charts")
        expect(page.get_by_role("button", name="This quarter")).to_be_visible()

        page.get_by_role("button", name="Reset").click()
        expect(page).to_have_url(f"{studio.origin}/gallery")
        expect(page.get_by_role("button", name="Last 30 days")).to_be_visible()
        expect(page.get_by_role("button", name="Reset")).to_have_count(0)


def test_a_free_range_is_both_days_and_names_the_time_zone(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/gallery")
        filters = page.get_by_role("region", name="Filters")
        expect(filters).to_contain_text("Berlin, GMT+")
        page.get_by_role("button", name="Last 30 days").click()
        page.get_by_label("From").fill("2026-03-31")
        page.get_by_label("To", exact=True).fill("2026-03-01")
        page.get_by_role("button", name="Apply range").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text("The last day is before the first.")
        page.get_by_label("From").fill("2026-02-28")
        page.get_by_role("button", name="Apply range").click()
        expect(page).to_have_url(f"{studio.origin}/gallery?from=2026-02-28&to=2026-03-01")
        expect(filters.get_by_role("button", name="Feb 28 – Mar 1, 2026")).to_be_visible()


def test_what_an_address_says_wrongly_is_left_out_and_the_rest_holds(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(
            page,
            "/gallery?range=for-ever&compare=%3Cscript%3E&from=2026-02-30&to=2026-03-01&client=NOT%20A%20KEY"
            "&client=sundrel-solar&client=sundrel-solar&agent=&campaign=no-such-campaign",
        )
        expect(page.get_by_role("button", name="Last 30 days")).to_be_visible()
        expect(page.get_by_label("Compare with")).to_have_value("previous")
        expect(page.get_by_role("button", name="Remove filter Client: Sundrel Solar")).to_be_visible()
        assert _chips(page) == ["Client: Sundrel Solar", "Campaign: no-such-campaign"]
        expect(page).to_have_url(f"{studio.origin}/gallery?client=sundrel-solar&campaign=no-such-campaign")


def test_a_page_offers_the_filters_that_change_it_and_no_others(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/?range=today&campaign=yarrowby-guest-care")
        filters = page.get_by_role("region", name="Filters")
        expect(filters.get_by_role("button")).to_have_text(["Client"])
        expect(filters.get_by_role("combobox")).to_have_count(0)
        go(page, "/settings/keys", "API keys")
        expect(filters).to_have_count(0)


def test_chosen_clients_narrow_what_home_counts_and_the_lists_behind_it(open_page: Open, studio: House) -> None:
    with studio.api as api:
        owned = {
            name: api.get("/campaigns", params={"client": name, "limit": 500}).raise_for_status().json()["items"]
            for name in ("sundrel-solar", "tamwick-coffee")
        }
    first, second = (len(items) for items in owned.values())
    assert min(first, second) > 0
    with open_page(cookie=studio.cookie) as page:
        go(page, "/?client=sundrel-solar")
        campaigns = page.get_by_role("main").get_by_role("link", name=re.compile("^Campaigns"))
        expect(campaigns).to_have_text(f"Campaigns{first}of the chosen client")
        _choose(page, "Client", "Tamwick Coffee")
        expect(campaigns).to_have_text(f"Campaigns{first + second}of 2 chosen clients")
        campaigns.click()
        settle(page, "Campaigns")
        expect(page.get_by_role("row")).to_have_count(1 + first + second)
        page.get_by_role("button", name="Remove filter Client: Sundrel Solar").click()
        expect(page.get_by_role("row")).to_have_count(1 + second)


def test_a_list_keeps_its_search_in_the_address_and_takes_nonsense_calmly(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        go(page, "/settings/clients?archived=maybe&q=coffee", "Clients")
        expect(page.get_by_role("searchbox", name="Search clients")).to_have_value("coffee")
        expect(page.get_by_role("row")).to_have_count(2)
        expect(page.get_by_label("Archived")).not_to_be_checked()
        page.get_by_role("searchbox", name="Search clients").fill("nobody is called so")
        expect(page.get_by_role("main")).to_contain_text("No client fits")
        expect(page).to_have_url(re.compile("q=nobody"))
        page.get_by_role("button", name="Clear filters").click()
        expect(page.get_by_role("row")).to_have_count(9)
        expect(page.get_by_role("searchbox", name="Search clients")).to_have_value("")
        go(page, "/settings/audit?action=nonsense&q=%ff%3Cb%3E", "Audit log")
        expect(page.get_by_role("main")).to_contain_text("No entry fits the filter")
