"""Pages that are cleaned and used again: a new one needs a process of its own, which takes longer than most tests."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.help import PHONE, Visit

# Pages are quick; what takes longer than this is broken.
PATIENCE_MS = 15_000
ORDINARY = {"reduced_motion": "no-preference", "forced_colors": "none", "contrast": "no-preference"}


class Wardrobe:
    """Nobody's cookies, choices or windows stay in a page that is given back."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._hanging: dict[tuple[str, bool], list[Page]] = defaultdict(list)

    @contextmanager
    def page(self, origin: str, visit: Visit, *, fresh: bool = False) -> Iterator[Page]:
        """A clean page; two that are open at the same time are two browsers."""
        hanging = self._hanging[origin, visit.size == PHONE]
        page = hanging.pop() if hanging and not fresh else self._context(origin, visit).new_page()
        width, height = visit.size
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light" if visit.theme == "light" else "dark", **ORDINARY)  # type: ignore[arg-type]
        try:
            yield page
        except BaseException:
            page.context.close()
            raise
        if fresh:
            page.context.close()
            return
        _clean(page)
        hanging.append(page)

    def close(self) -> None:
        for pages in self._hanging.values():
            for page in pages:
                page.context.close()

    def _context(self, origin: str, visit: Visit) -> BrowserContext:
        context = self._browser.new_context(
            base_url=origin,
            has_touch=visit.size == PHONE,
            locale="en-US",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE_MS)
        return context


def _clean(page: Page) -> None:
    for other in page.context.pages:
        if other is not page:
            other.close()
    page.unroute_all()
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.goto("about:blank")
    page.context.clear_cookies()
