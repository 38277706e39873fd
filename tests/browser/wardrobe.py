"""Browser contexts that are cleaned and used again: what the browser has compiled once it need not compile again."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext

from tests.browser.help import PHONE, Visit

# Pages are quick; what takes longer than this is broken.
PATIENCE_MS = 15_000


class Wardrobe:
    """Nobody's cookies, choices or permissions stay in a context that is given back."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._hanging: dict[tuple[str, tuple[int, int]], list[BrowserContext]] = defaultdict(list)

    @contextmanager
    def context(self, origin: str, visit: Visit) -> Iterator[BrowserContext]:
        """A clean context; two that are open at the same time are two browsers."""
        hanging = self._hanging[origin, visit.size]
        context = hanging.pop() if hanging else self._new(origin, visit)
        try:
            yield context
        except BaseException:
            context.close()
            raise
        _clean(context)
        hanging.append(context)

    def close(self) -> None:
        for contexts in self._hanging.values():
            for context in contexts:
                context.close()

    def _new(self, origin: str, visit: Visit) -> BrowserContext:
        width, height = visit.size
        context = self._browser.new_context(
            base_url=origin,
            viewport={"width": width, "height": height},
            has_touch=visit.size == PHONE,
            locale="en-US",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE_MS)
        return context


def _clean(context: BrowserContext) -> None:
    for page in context.pages:
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.close()
    context.clear_cookies()
