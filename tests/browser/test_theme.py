"""Dark, light, or as the system says: right from the first paint, and kept."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.help import House, Visit, go

BACKGROUND = {"dark": "rgb(10, 11, 22)", "light": "rgb(246, 246, 252)"}


def _choose(page: Page, theme: str) -> None:
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("menuitemradio", name=theme).click()


def _expect_theme(page: Page, theme: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == BACKGROUND[theme]


def test_the_page_follows_the_system_until_somebody_chooses_and_keeps_the_choice(
    open_page: Open, studio: House
) -> None:
    with open_page(Visit("light"), cookie=studio.cookie) as page:
        go(page, "/settings/profile")
        _expect_theme(page, "light")
        page.emulate_media(color_scheme="dark")
        _expect_theme(page, "dark")

        _choose(page, "Light")
        _expect_theme(page, "light")
        page.get_by_role("button", name="Theme").click()
        expect(page.get_by_role("menuitemradio", name="Light")).to_be_checked()
        page.keyboard.press("Escape")
        go(page, "/settings/profile")
        _expect_theme(page, "light")

        other_tab = page.context.new_page()
        go(other_tab, "/settings/profile")
        _choose(other_tab, "Dark")
        _expect_theme(page, "dark")

        _choose(page, "System")
        page.emulate_media(color_scheme="light")
        _expect_theme(page, "light")
        assert page.evaluate("localStorage.getItem('outlay.theme')") is None


def test_the_first_paint_has_the_chosen_theme_before_the_application_runs(open_page: Open) -> None:
    with open_page(Visit("dark"), expected="net::ERR_FAILED") as page:
        go(page, "/sign-in")
        _choose(page, "Light")
        page.route(re.compile(r"/assets/.*\.js$"), lambda route: route.abort())
        page.reload()
        assert page.locator("#root").inner_html() == ""
        _expect_theme(page, "light")


def test_transparency_motion_and_forced_colours_are_respected(open_page: Open, studio: House) -> None:
    with open_page(cookie=studio.cookie) as page:
        page.emulate_media(reduced_motion="reduce", forced_colors="active", contrast="more")
        go(page, "/")
        moving = page.evaluate(
            """() => [...document.querySelectorAll('*')].filter((element) => {
              const { animationName, animationDuration, transitionDuration } = getComputedStyle(element);
              const moves = animationName !== 'none' && parseFloat(animationDuration) > 0.01;
              return moves || parseFloat(transitionDuration) > 0.01;
            }).map((element) => element.outerHTML.slice(0, 100))"""
        )
        assert moving == []
        blurred = page.evaluate(
            "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).backdropFilter !== 'none').length"
        )
        assert blurred == 0
