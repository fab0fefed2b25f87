"""The pages that a visitor without an account reads."""

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import Installation


def test_a_visitor_reads_and_goes_on_to_sign_up(
    installation: Installation, open_console: Callable[..., Console]
) -> None:
    """Every link of every page leads somewhere, in the browser's language or the one that was chosen."""
    page = open_console(locale="zh-CN", viewport={"width": 360, "height": 740}).page
    page.goto(f"{installation.url}/welcome")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("An assistant with hands, on your own machines")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("script").count() == 0

    seen, left = set(), ["/welcome?lang=en"]
    while left:
        page.goto(installation.url + left.pop())
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.locator("img").evaluate_all(
            "all => all.every(each => !each.complete || each.naturalWidth > 0)"
        )
        for href in page.locator("a").evaluate_all("all => all.map(each => each.getAttribute('href'))"):
            path = urlsplit(href).path
            if href.startswith("/") and path not in seen and path not in {"/sign-in", "/sign-up"}:
                seen.add(path)
                left.append(href)
    assert {"/pricing", "/docs", "/docs/bridge"} <= seen
    page.goto(f"{installation.url}/welcome")
    page.get_by_role("link", name="创建账户").click()
    expect(page.get_by_role("textbox").first).to_be_visible()


def test_what_is_no_page_is_not_there(installation: Installation) -> None:
    for path in ("/docs/nothing", "/docs/A", "/docs/site.css"):
        assert httpx2.get(installation.url + path, timeout=60).status_code == 404
