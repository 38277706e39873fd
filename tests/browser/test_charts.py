"""Charts: read as a table, walked by keyboard, taken along as a file, and calm in every state."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, go

AGENCY = json.loads((Path(__file__).parents[2] / "web/src/gallery/agency.json").read_text())
DAYS = AGENCY["days"]


@pytest.fixture(scope="module")
def gallery(open_page: Open, studio: House) -> Iterator[Page]:
    """The page with every chart; the tests leave it as they found it."""
    with open_page(cookie=studio.cookie) as page:
        go(page, "/gallery", "Charts")
        yield page


def _card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def _choose(page: Page, title: str, entry: str) -> None:
    page.get_by_role("button", name=f"Menu of {title}", exact=True).click()
    page.get_by_role("menuitem", name=entry).click()


def test_a_chart_as_a_table_has_a_caption_headers_and_exact_decimals(gallery: Page) -> None:
    _choose(gallery, "Spend by client", "View as table")
    table = gallery.get_by_role("table", name="Spend by client")
    expect(table.locator("caption")).to_have_text("Spend by client")
    expect(table.get_by_role("columnheader")).to_have_text(["Client", "Spend", "September"])
    clients = sorted(AGENCY["clients"], key=lambda client: -float(client["cost"]))
    expect(table.get_by_role("rowheader")).to_have_text([client["name"] for client in clients])
    titles = [cell.get_attribute("title") for cell in table.locator("td:nth-of-type(1)").all()]
    assert titles == [client["cost"] for client in clients]
    region = gallery.get_by_role("region", name="Spend by client, as a table")
    region.focus()
    expect(region).to_be_focused()
    _choose(gallery, "Spend by client", "View as chart")
    expect(table).to_have_count(0)


def test_a_chart_is_downloaded_as_exact_csv(gallery: Page) -> None:
    with gallery.expect_download() as started:
        _choose(gallery, "Spend by client", "Download CSV")
    assert started.value.suggested_filename == "spend-by-client.csv"
    rows = list(csv.reader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8-sig"))))
    clients = sorted(AGENCY["clients"], key=lambda client: -float(client["cost"]))
    assert rows == [
        ["Client", "Spend", "September"],
        *([client["name"], client["cost"], client["previous"]] for client in clients),
    ]


def test_a_chart_is_downloaded_as_a_picture(gallery: Page) -> None:
    with gallery.expect_download() as started:
        _choose(gallery, "Daily spend by service", "Download PNG")
    picture = Path(started.value.path()).read_bytes()
    assert started.value.suggested_filename == "daily-spend-by-service.png"
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) > 10_000


def test_the_link_of_a_chart_is_copied(gallery: Page) -> None:
    _choose(gallery, "AI providers", "Copy link")
    expect(gallery.get_by_text("Link copied")).to_be_visible()
    assert gallery.evaluate("navigator.clipboard.readText()") == gallery.url


def test_arrows_walk_through_a_chart_and_each_value_is_told(gallery: Page) -> None:
    card = _card(gallery, "Spend by day and service")
    slider = card.get_by_role("slider", name="Spend by day and service: day by day")
    slider.focus()
    expect(slider).to_have_attribute("aria-valuenow", "30")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("Oct 30.*so far.*total"))
    expect(card.locator(".chart-tooltip")).to_be_visible()
    gallery.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuenow", "29")
    gallery.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "1")
    first = AGENCY["services"][0]
    expect(slider).to_have_attribute("aria-valuetext", re.compile(f"{first['name']} {first['daily_cost'][0]} "))
    gallery.keyboard.press("ArrowUp")
    expect(slider).not_to_have_attribute("aria-valuetext", re.compile("total"))
    gallery.keyboard.press("Enter")
    expect(card).to_contain_text(re.compile(f"Chosen: {DAYS[0]}, "))
    gallery.keyboard.press("Escape")
    expect(slider).not_to_be_focused()
    expect(card.locator(".chart-tooltip")).to_have_count(0)


def test_a_bar_is_pressed_with_a_key(gallery: Page) -> None:
    card = _card(gallery, "Spend by client")
    bar = card.get_by_role("button", name=re.compile("^Sundrel Solar: "))
    bar.focus()
    gallery.keyboard.press("Enter")
    expect(card).to_contain_text("Chosen: Sundrel Solar.")


def test_the_pointer_reads_and_drills_too(gallery: Page) -> None:
    card = _card(gallery, "Daily spend by service")
    slider = card.get_by_role("slider")
    slider.scroll_into_view_if_needed()
    slider.hover()
    expect(card.locator(".chart-tooltip-title")).to_contain_text("Oct")
    expect(card.locator(".chart-tooltip tbody tr")).to_have_count(8)
    slider.click()
    expect(card).to_contain_text(re.compile(r"Chosen: 2026-10-\d\d"))
    gallery.mouse.move(0, 0)
    gallery.keyboard.press("Escape")


def test_an_anomaly_opens_its_explanation(gallery: Page) -> None:
    card = _card(gallery, "Spend this month")
    expect(card).to_contain_text("Monthly cap $40,000")
    card.get_by_role("button", name=re.compile("62")).press("Enter")
    expect(card).to_contain_text("The explanation opens here.")


def test_the_legend_names_every_series(gallery: Page) -> None:
    legend = _card(gallery, "Spend by day and service").get_by_role("list", name="Legend")
    names = legend.get_by_role("listitem").all_inner_texts()
    assert len(names) == 9
    assert names[-2:] == ["Other (2)", "September"]


def test_every_state_is_told_and_offers_the_next_step(gallery: Page) -> None:
    expect(gallery.get_by_role("status", name="Loading Spend by agent")).to_be_visible()
    expect(gallery.get_by_role("status", name="Refreshing Refreshing")).to_be_attached()
    expect(_card(gallery, "AI providers")).to_contain_text("Data up to 14:02; 3 services late")
    new = _card(gallery, "Spend by model")
    expect(new).to_contain_text("Waiting for the first event…")
    expect(new.get_by_role("button", name="Use sample data")).to_be_visible()

    failed = _card(gallery, "Spend by campaign")
    expect(failed.get_by_role("alert")).to_contain_text("The database cannot be reached.")
    expect(failed.get_by_role("button", name="Copy request id req_01k8z3v7")).to_be_visible()
    failed.get_by_role("button", name="Retry").click()
    expect(gallery.get_by_role("region", name="Spend by campaign (tried again 1×)")).to_be_visible()

    filtered = _card(gallery, "Spend by platform")
    expect(filtered).to_contain_text("Client: Quillhaven Books · Service: ScrapingBee · 1–7 Oct 2026")
    expect(filtered).to_contain_text("Last event: 3 Oct")
    filtered.get_by_role("button", name="Clear filters").click()
    expect(filtered.get_by_role("slider")).to_be_attached()


def test_tiny_money_keeps_its_digits_and_unknown_money_is_no_zero(gallery: Page) -> None:
    figures = gallery.get_by_role("region", name="Figures")
    expect(figures).to_contain_text("$0.000034")
    expect(figures).to_contain_text("— unpriced")
    expect(figures.get_by_role("link", name=re.compile("Spend this month")).first).to_have_accessible_name(
        re.compile(r"Spend this month, .*up 2\.0 percent against September, worse")
    )


def test_a_live_tick_repaints_the_figure_and_the_line(gallery: Page) -> None:
    card = _card(gallery, "AI providers")
    lines = card.locator("svg[data-chart] path").evaluate_all("paths => paths.map((path) => path.getAttribute('d'))")
    figure = gallery.get_by_role("region", name="Figures").get_by_role("link").first
    before = figure.inner_text()
    gallery.get_by_role("button", name="Live tick").click()
    expect(figure).not_to_have_text(before, use_inner_text=True)
    after = card.locator("svg[data-chart] path").evaluate_all("paths => paths.map((path) => path.getAttribute('d'))")
    assert len(after) == len(lines)
    assert after != lines


def test_forced_colours_and_reduced_motion_leave_every_chart_readable(gallery: Page) -> None:
    gallery.emulate_media(forced_colors="active", reduced_motion="reduce")
    invisible = gallery.evaluate(
        """() => [...document.querySelectorAll('svg[data-chart] path, svg[data-chart] text')].filter((mark) => {
          const { stroke, fill } = getComputedStyle(mark);
          const ground = getComputedStyle(document.documentElement).backgroundColor;
          return [stroke, fill].every((paint) => paint === 'none' || paint === ground);
        }).map((mark) => mark.outerHTML.slice(0, 120))"""
    )
    assert invisible == []
    expect(gallery.get_by_role("slider")).not_to_have_count(0)
    gallery.emulate_media(forced_colors="none", reduced_motion="no-preference")
