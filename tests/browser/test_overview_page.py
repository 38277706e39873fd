"""The overview: what Home shows once there are costs, and that every figure of it is what was stored."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg.rows import DictRow, dict_row

from outlay.connectors.demo import service as demo
from outlay.connectors.demo.model import Plan
from outlay.db.connect import Database
from outlay.db.roles import DatabaseUrls
from tests.browser.conftest import Open, Prepare, a_house
from tests.browser.events_help import call, in_dollars, send
from tests.browser.help import PHONE, House, Visit, colleague, go, overflow_px, small_targets, violations
from tests.support.processes import Server

ZONE = ZoneInfo("America/New_York")
CLIENT, OTHER = "sundrel-solar", "tamwick-coffee"
CENT = Decimal("0.01")


def _spending(event_id: str, cost: str, **more: Any) -> dict[str, Any]:
    """An event that says itself what it cost, in the workspace's currency."""
    return call(event_id, model=None, input_tokens=None, output_tokens=None, cost=cost, **more)


def _midnight(day: date) -> str:
    return datetime.combine(day, time(0, 0, 1), ZONE).isoformat()


def _month_before(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


@pytest.fixture(scope="module")
def agency(prepare: Prepare, server: Server) -> House:
    """Thirteen months of the made-up agency, small; nothing is added to it by the tests."""
    house = a_house(prepare, server, "Northlight Agency")

    async def fill(database: Database) -> None:
        plan = Plan.made(datetime.now(UTC), seed=1, scale=0.01)
        await demo.begin(database, house.tenant.id, plan)
        await demo.fill(database, house.tenant.id, plan)

    prepare(fill)
    # Whatever the time of day, today has an event that failed, one without a price, and one that cost something,
    # and so much was spent as soon as yesterday and the month before began that there is something to compare with.
    today = _today()
    calls = [
        _spending("yesterday", "80", time=_midnight(today - timedelta(days=1))),
        _spending("last month", "80", time=_midnight(_month_before(today))),
        call("failed", client=CLIENT, success=False),
        call("unpriced", client=CLIENT, model="gpt-99"),
        _spending("dear", "12.34", client=OTHER, service="studio"),
    ]
    send(house, calls)
    return house


@pytest.fixture(scope="module")
def desk(open_page: Open, agency: House) -> Iterator[Page]:
    with open_page(cookie=agency.cookie) as page:
        yield page


def _asked(house: House, **question: Any) -> Any:
    with house.api as api:
        return api.get("/spend", params=question).raise_for_status().json()


def _stored(urls: DatabaseUrls, house: House) -> list[DictRow]:
    """Every single event as it is stored; none was voided or corrected."""
    with psycopg.connect(urls.operator, row_factory=dict_row) as connection:
        query = "select occurred_at, cost, failed from event where workspace_id = %s"
        return connection.execute(query, [house.tenant.id]).fetchall()


def _today() -> date:
    return datetime.now(ZONE).date()


def _dollars(amount: Decimal | str) -> str:
    """As a card says it."""
    return f"{Decimal(amount).quantize(CENT, ROUND_HALF_EVEN):,} US dollars"


def _card(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name="Figures").get_by_role("link", name=re.compile(f"^{name}, "))


def _list(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True).get_by_role("listitem")


def _change(now: Decimal, before: Decimal) -> str:
    """As a card says it."""
    percent = ((now - before) / before * 100).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    return f"{'up' if percent > 0 else 'down'} {abs(percent)} percent"


def test_the_figures_are_what_the_api_says_and_what_the_stored_events_sum_to(
    desk: Page, agency: House, browser_urls: DatabaseUrls
) -> None:
    today = _today()
    go(desk, "/")
    stored = _stored(browser_urls, agency)
    days = [(row, row["occurred_at"].astimezone(ZONE).date()) for row in stored]
    of_today = [row for row, day in days if day == today]
    of_month = [row for row, day in days if (day.year, day.month) == (today.year, today.month)]
    assert len(of_today) >= 3

    answered = _asked(agency, start=today.isoformat(), end=today.isoformat())["total"]
    cost = sum((row["cost"] or Decimal(0) for row in of_today), Decimal(0))
    assert Decimal(answered["cost"]) == cost
    expect(_card(desk, "Today so far")).to_have_accessible_name(re.compile(f"^Today so far, {_dollars(cost)}, "))
    expect(_card(desk, "Today so far")).to_have_accessible_name(re.compile("without 1 unpriced$"))

    month = _asked(agency, start=today.replace(day=1).isoformat(), end=today.isoformat())["total"]
    cost = sum((row["cost"] or Decimal(0) for row in of_month), Decimal(0))
    assert Decimal(month["cost"]) == cost
    expect(_card(desk, "Month to date")).to_have_accessible_name(re.compile(f"^Month to date, {_dollars(cost)}, "))

    events = desk.get_by_role("group", name="Events today")
    failed = sum(bool(row["failed"]) for row in of_today)
    assert (answered["events"], answered["failed"], answered["unpriced"]) == (len(of_today), failed, 1)
    expect(events).to_contain_text(f"{len(of_today):,}{failed} failed · 1 unpriced")


def test_changes_are_against_the_same_stretch_of_yesterday_and_of_the_month_before(
    open_page: Open, agency: House, browser_urls: DatabaseUrls
) -> None:
    stored = _stored(browser_urls, agency)
    today = _today()
    yesterday = (today - timedelta(days=1)).isoformat()
    month_before = _month_before(today).isoformat()
    with open_page(cookie=agency.cookie) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        go(page, "/")
        for name, first, start_of_now in [
            ("Today so far", yesterday, today),
            ("Month to date", month_before, today.replace(day=1)),
        ]:
            expect(_card(page, name)).to_have_accessible_name(re.compile(" percent against "))
            end = _end_of(asked, first)
            before = _spent(stored, date.fromisoformat(first), end)
            now = _spent(stored, start_of_now, datetime.now(UTC))
            expect(_card(page, name)).to_have_accessible_name(re.compile(f", {_change(now, before)} against "))
            assert end.astimezone(ZONE).time() <= datetime.now(ZONE).time()


def _end_of(asked: list[str], first: str) -> datetime:
    """Up to which moment the page asked for the sum from a day on; a day is meant as a whole."""
    questions = [parse_qs(urlsplit(url).query) for url in asked if "/api/v1/spend?" in url]
    sums = [one for one in questions if "group_by[]" not in one and "grain" not in one]
    ends = {one["end"][0] for one in sums if one["start"][0] == first} - {_today().isoformat()}
    (end,) = ends
    moment = datetime.fromisoformat(end)
    return moment if moment.tzinfo else (moment + timedelta(days=1)).replace(tzinfo=ZONE)


def _spent(stored: list[DictRow], first: date, end: datetime) -> Decimal:
    within = [row for row in stored if row["occurred_at"].astimezone(ZONE).date() >= first and row["occurred_at"] < end]
    return sum((row["cost"] or Decimal(0) for row in within), Decimal(0))


def test_the_projection_goes_on_like_the_last_week_and_says_so(desk: Page, agency: House) -> None:
    today = _today()
    go(desk, "/")
    week = _asked(agency, start=(today - timedelta(days=7)).isoformat(), end=(today - timedelta(days=1)).isoformat())
    month = _asked(agency, start=today.replace(day=1).isoformat(), end=today.isoformat())
    card = desk.get_by_role("group", name=re.compile("^Projected, "))
    expect(card).to_contain_text(f"for {today:%B}, if it goes on like the last 7 days")
    shown = Decimal(re.sub(r"[^\d.]", "", card.locator(".stat-value").inner_text()))
    next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    now = datetime.now(ZONE)
    left = datetime.combine(next_month, datetime.min.time()) - now.replace(tzinfo=None)
    pace = Decimal(week["total"]["cost"]) / (7 * 86_400)
    wanted = Decimal(month["total"]["cost"]) + pace * Decimal(left.total_seconds())
    # The page's clock moves on every 15 seconds.
    assert abs(shown - wanted) <= 1 + pace * 60


def test_the_lists_and_the_chart_are_those_of_the_api(desk: Page, agency: House) -> None:
    today = _today()
    first = today - timedelta(days=29)
    go(desk, "/")
    for dimension, title in [("client", "Top clients"), ("agent", "Top agents"), ("service", "Top services")]:
        asked = {"start": first.isoformat(), "end": today.isoformat(), "group_by": dimension, "sort": "-cost"}
        groups = _asked(agency, **asked, limit=6, compare="previous")["groups"]
        expect(_list(desk, title)).to_have_count(len(groups))
        for group, row in zip(groups, _list(desk, title).all(), strict=True):
            named = group[dimension]["name"] if isinstance(group[dimension], dict) else group[dimension]
            expect(row).to_contain_text(named or f"Without an {dimension}")
            assert f"{Decimal(group['cost']):,.2f}" in row.inner_text()
    total = Decimal(_asked(agency, start=first.isoformat(), end=today.isoformat())["total"]["cost"])
    chart = desk.get_by_role("region", name="Costs by day and service")
    expect(chart).to_contain_text(f"${total.quantize(CENT, ROUND_HALF_EVEN):,} in this period")
    chart.get_by_role("button", name="Menu of").click()
    desk.get_by_role("menuitem", name="View as table").click()
    expect(chart.get_by_role("table").get_by_role("row")).to_have_count(31)
    by_day = _asked(agency, start=first.isoformat(), end=today.isoformat(), grain="day")["groups"]
    column = chart.get_by_role("columnheader").all_inner_texts().index("Total")
    for group, row in zip(by_day, chart.get_by_role("table").get_by_role("row").all()[1:], strict=True):
        cell = row.get_by_role("cell").nth(column - 1)
        assert Decimal(re.sub(r"[^\d.]", "", cell.inner_text())) == Decimal(group["cost"]).quantize(CENT)


def test_what_is_clicked_leads_to_what_it_is_made_of(desk: Page) -> None:
    go(desk, "/")
    for link, address in [
        (_card(desk, "Today so far"), "/explorer?range=today"),
        (_card(desk, "Month to date"), "/explorer?range=this-month"),
        (desk.get_by_role("link", name="1 unpriced", exact=True), "/events?range=today&unpriced=true"),
        (_list(desk, "Top services").get_by_role("link").first, "/explorer?service=human_labor&group_by=model"),
        (desk.get_by_role("link", name="Explore clients"), "/explorer?group_by=client"),
    ]:
        expect(link).to_have_attribute("href", re.compile(f"^{re.escape(address)}"))
    desk.get_by_role("link", name="1 unpriced", exact=True).focus()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/events\?.*unpriced=true"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Events")
    expect(desk.get_by_role("main")).to_contain_text("gpt-99")


def test_the_client_narrows_everything_and_the_period_what_is_of_a_period(desk: Page, agency: House) -> None:
    today = _today().isoformat()
    go(desk, f"/?client={OTHER}&range=today")
    total = _asked(agency, start=today, end=today, client=OTHER)["total"]["cost"]
    expect(_card(desk, "Today so far")).to_have_accessible_name(re.compile(f"^Today so far, {_dollars(total)}, "))
    expect(_list(desk, "Top clients")).to_have_count(1)
    expect(desk.get_by_role("region", name="Costs by hour and service")).to_contain_text("in this period")
    expect(_list(desk, "Latest events").first).to_contain_text("Tamwick Coffee · copywriter")
    go(desk, f"/?client={OTHER}&from=2024-01-01&to=2024-01-31")
    expect(_card(desk, "Today so far")).to_have_accessible_name(re.compile(f"^Today so far, {_dollars(total)}, "))
    expect(desk.get_by_role("region", name="Top clients")).to_contain_text("Nothing was spent in this period.")
    expect(desk.get_by_role("region", name="Costs by day and service")).to_contain_text("Nothing was spent then")
    desk.get_by_role("button", name="Clear filters").click()
    expect(desk).not_to_have_url(re.compile("client="))


def test_a_new_event_appears_by_itself(open_page: Open, house: House) -> None:
    in_dollars(house)
    send(house, [_spending("first", "1.25")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        expect(_card(page, "Today so far")).to_have_accessible_name(re.compile("^Today so far, 1.25 US dollars"))
        expect(page.get_by_text(re.compile(r"^Live · as of \d\d:\d\d:\d\d$"))).to_be_visible()
        expect(page.get_by_role("group", name=re.compile("^Projected, too early"))).to_be_visible()
        page.evaluate("() => { window.isSamePage = true }")

        send(house, [_spending("second", "2", client="Birch")])

        expect(_list(page, "Latest events")).to_have_count(2)
        expect(_list(page, "Latest events").first).to_contain_text("Birch · copywriter")
        expect(_card(page, "Today so far")).to_have_accessible_name(re.compile("^Today so far, 3.25 US dollars"))
        expect(page.get_by_role("group", name="Events today")).to_contain_text("2none failed, all priced")
        expect(page.get_by_role("region", name="Today by the hour")).to_contain_text("$3.25 so far today")
        expect(_list(page, "Top clients").first).to_contain_text("Birch")
        assert page.evaluate("window.isSamePage")


def test_a_burst_of_events_is_asked_about_a_few_times_only(open_page: Open, house: House) -> None:
    send(house, [call("first")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        expect(_list(page, "Top services")).to_have_count(1)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        began = monotonic()
        for number in range(40):
            send(house, [call(f"of the burst, {number}")])
        expect(page.get_by_role("group", name="Events today")).to_contain_text("41")
        heads = [url for url in asked if "/api/v1/events?" in url]
        # One in two seconds, however long it took, with one before and one behind.
        assert 1 <= len(heads) <= (monotonic() - began) / 2 + 2


def test_held_still_it_says_so_and_is_asked_again_when_let_go(open_page: Open, house: House) -> None:
    send(house, [call("first")])
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        page.get_by_role("button", name="Pause live updates").click()
        expect(page.get_by_text(re.compile(r"^Paused · as of \d\d:\d\d:\d\d$"))).to_be_visible()
        send(house, [call("second")])
        page.get_by_role("button", name="Resume live updates").click()
        expect(_list(page, "Latest events")).to_have_count(2)
        expect(page.get_by_text(re.compile("^Live · as of "))).to_be_visible()


def test_a_part_that_fails_says_so_alone_and_is_tried_again(open_page: Open, agency: House) -> None:
    problem = {"title": "Broken", "code": "internal_error", "detail": "No agents today.", "request_id": "req-7"}
    broken = re.compile(r"/api/v1/spend\?.*group_by(%5B%5D|\[\])=agent")
    with open_page(cookie=agency.cookie, expected="status of 500") as page:
        page.route(broken, lambda route: route.fulfill(status=500, json=problem))
        go(page, "/")
        agents = page.get_by_role("region", name="Top agents")
        expect(agents.get_by_role("alert")).to_contain_text("No agents today.")
        expect(page.get_by_role("alert")).to_have_count(1)
        expect(_list(page, "Top clients")).to_have_count(6)
        page.unroute_all()
        agents.get_by_role("button", name="Retry").click()
        expect(_list(page, "Top agents")).to_have_count(6)


def test_a_portal_sees_its_own_client_and_nothing_of_others(open_page: Open, agency: House) -> None:
    today = _today().isoformat()
    own = _asked(agency, start=today, end=today, client=CLIENT)["total"]
    with agency.api as api:
        others = [one["name"] for one in api.get("/clients").json()["items"] if one["key"] != CLIENT]
    assert len(others) > 3
    with open_page(cookie=colleague(agency, "portal", client=CLIENT)) as page:
        go(page, "/")
        name = re.compile(f"^Today so far, {_dollars(own['cost'])}, ")
        expect(_card(page, "Today so far")).to_have_accessible_name(name)
        expect(page.get_by_role("group", name="Events today")).to_contain_text(
            re.compile(f"^Events today{own['events']}")
        )
        expect(_list(page, "Latest events")).to_have_count(8)
        expect(_list(page, "Top services").first).to_be_visible()
        expect(page.get_by_role("region", name="Top clients")).to_have_count(0)
        text = page.get_by_role("main").inner_text()
        assert [other for other in others if other in text] == []
        assert "studio" not in text
        assert violations(page) == []


def test_who_sees_the_first_event_arrive_keeps_the_steps_and_gets_the_overview(open_page: Open, house: House) -> None:
    with open_page(cookie=house.cookie) as page:
        go(page, "/")
        expect(page.get_by_role("region", name="Send the first event")).to_be_visible()
        expect(page.get_by_role("region", name="Figures")).to_have_count(0)
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        send(house, [call("first")])
        expect(page.get_by_role("region", name="Events arrive")).to_contain_text("It works")
        expect(page.get_by_role("region", name="Figures")).to_be_visible()
        go(page, "/")
        expect(_list(page, "Latest events")).to_have_count(1)
        expect(page.get_by_role("region", name="Events arrive")).to_have_count(0)
        expect(page.get_by_role("region", name="Getting started")).to_be_visible()


@pytest.mark.parametrize("visit", [Visit(), Visit("light"), Visit(size=PHONE)], ids=["dark", "light", "phone"])
def test_it_is_accessible_and_fits(open_page: Open, agency: House, visit: Visit) -> None:
    with open_page(visit, cookie=agency.cookie) as page:
        go(page, "/")
        for name in ("Top clients", "Top agents", "Top services", "Latest events"):
            expect(_list(page, name).first).to_be_visible()
        expect(page.locator("[data-chart]")).to_have_count(2)
        assert violations(page) == []
        assert small_targets(page) == []
        for width in (320, 390, 768, 1280) if visit.size == PHONE else (1280,):
            page.set_viewport_size({"width": width, "height": 844})
            assert (width, overflow_px(page)) == (width, 0)


def test_nothing_moves_when_figures_change(open_page: Open, house: House) -> None:
    in_dollars(house)
    send(house, [call("first")])
    with open_page(cookie=house.cookie) as page:
        page.emulate_media(reduced_motion="reduce")
        go(page, "/")
        expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
        expect(page.locator("[data-chart]")).to_have_count(2)
        services = page.get_by_role("region", name="Top services")
        expect(_list(page, "Top services")).to_have_count(1)
        before = services.bounding_box()
        send(house, [_spending("second", "123456.78"), call("third", success=False, model="gpt-99")])
        expect(page.get_by_role("group", name="Events today")).to_contain_text("1 failed · 1 unpriced")
        expect(_list(page, "Latest events")).to_have_count(3)
        assert services.bounding_box() == before
