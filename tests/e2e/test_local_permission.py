"""The same pages under a name of the internet, where the browser has a say: permission denied, asked, granted."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import PATIENCE_MS, chromium_of_the_internet, public_url
from tests.e2e.console import Console
from tests.support.processes import BridgeProcess, Installation

NAME = "loopback-network"
Setting = Literal["granted", "denied", "prompt"]
BRIDGE_REQUESTS = "127.0.0.1:43115"
PAST_COOLDOWNS_MS = 5_000
"""More than the page rests between two looks, whatever makes it look."""
COUNT_LOOKS = """() => {
    window.looks = 0;
    const query = navigator.permissions.query.bind(navigator.permissions);
    navigator.permissions.query = async (asked) => {
        const status = await query(asked);
        window.looks++;
        return status;
    };
}"""
"""A look that nobody clicked for begins with this question, and ends with it where the browser would ask."""


@pytest.fixture(scope="module")
def browser(installation: Installation) -> Iterator[Browser]:
    """A Chromium to which the server is a site of the internet."""
    with chromium_of_the_internet(installation) as launched:
        yield launched


@pytest.fixture
def open_public(
    installation: Installation, browser: Browser, tmp_path: Path
) -> Iterator[Callable[[Setting], "Visit"]]:
    """Opens a signed-up page of the internet, with the permission as it is set."""
    with contextlib.ExitStack() as ends:

        def open_one(setting: Setting) -> Visit:
            context = browser.new_context(locale="en-US", reduced_motion="reduce")
            ends.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            visit = Visit(context, installation, tmp_path)
            visit.set_permission(setting)
            visit.console.sign_up()
            return visit

        yield open_one


class Visit:
    """One page with its permission, and what it asked the bridge."""

    def __init__(self, context: BrowserContext, installation: Installation, folder: Path) -> None:
        self.console = Console(context.new_page(), installation, folder)
        self.console.url = public_url(installation)
        self.page = self.console.page
        self.asked: list[str] = []
        self._devtools = context.new_cdp_session(self.page)
        target = self._devtools.send("Target.getTargetInfo")["targetInfo"]
        self._context_id = target["browserContextId"]
        self.page.on("request", lambda request: self._note(request.url))

    def set_permission(self, setting: Setting) -> None:
        for name in (NAME, "local-network-access"):
            self._devtools.send(
                "Browser.setPermission",
                {
                    "permission": {"name": name},
                    "setting": setting,
                    "origin": self.console.url,
                    "browserContextId": self._context_id,
                },
            )

    def state(self) -> str:
        return self.page.evaluate(
            f"navigator.permissions.query({{name: '{NAME}'}}).then(({{state}}) => state)"
        )

    def step(self, step: str) -> None:
        expect(self.page.get_by_test_id("local-here")).to_have_attribute("data-step", step)

    @contextlib.contextmanager
    def one_look(self) -> Iterator[None]:
        """What makes the page look, until it has looked. The rest since its last look is over."""
        self.page.clock.fast_forward(PAST_COOLDOWNS_MS)
        before = self.page.evaluate("window.looks")
        yield
        self.page.wait_for_function("before => window.looks > before", arg=before)
        assert self.page.evaluate("window.looks") == before + 1

    def _note(self, url: str) -> None:
        if BRIDGE_REQUESTS in url:
            self.asked.append(url)


def link(visit: Visit) -> None:
    """By the button on the page."""
    visit.page.get_by_test_id("local-link").click()
    visit.page.get_by_test_id("link-this-machine").click()
    expect(visit.page.get_by_test_id("link-done")).to_contain_text("is linked")
    visit.console.press("Done")


def test_asked_nothing_is_sent_before_a_click(
    open_public: Callable[[Setting], Visit], bridge_of_this_machine: BridgeProcess
) -> None:
    """Load, mount, focus, visible, online: the browser would ask, so the page waits for the person."""
    visit = open_public("prompt")
    assert visit.state() == "prompt"
    visit.step("ask")
    visit.page.clock.install()
    visit.page.evaluate(COUNT_LOOKS)
    for event in ("focus", "online"):
        with visit.one_look():
            visit.page.evaluate("event => window.dispatchEvent(new Event(event))", event)
    with visit.one_look():
        visit.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    with visit.one_look():
        visit.page.get_by_role("link", name="Devices").click()
        expect(visit.page.get_by_role("heading", name="Devices")).to_be_visible()
    visit.step("ask")
    assert visit.asked == []
    visit.set_permission("granted")  # as the person does in the browser's question
    visit.page.get_by_test_id("local-look").click()
    visit.step("free")
    assert visit.asked


def test_denied_says_so_and_the_code_still_works(
    open_public: Callable[[Setting], Visit], bridge_of_this_machine: BridgeProcess
) -> None:
    """Nothing reaches the bridge, the words say where to allow it, and the machine is linked by code."""
    visit = open_public("denied")
    visit.step("denied")
    expect(visit.page.get_by_test_id("local-here")).to_contain_text("site settings")
    visit.page.get_by_test_id("local-again").click()
    visit.step("denied")
    visit.page.get_by_test_id("link-device").first.click()
    code = visit.page.get_by_test_id("link-code").get_attribute("data-code")
    assert code is not None
    bridge_of_this_machine.command("link", code)
    expect(visit.page.get_by_test_id("link-done")).to_contain_text("is linked")
    visit.console.press("Done")
    expect(visit.console.composer).to_be_enabled()
    expect(visit.page.get_by_test_id("local-session")).to_have_count(0)
    assert bridge_of_this_machine.command("status")["refused"] == {}


def test_granted_links_and_shows_live_content(
    open_public: Callable[[Setting], Visit], bridge_of_this_machine: BridgeProcess
) -> None:
    """By itself: found, linked by one click, live; again after a reload, with a token by the server's pass."""
    visit = open_public("granted")
    visit.step("free")
    link(visit)
    session = visit.page.get_by_test_id("local-session")
    expect(session).to_have_attribute("data-state", "live")
    place = visit.page.url
    visit.page.goto("about:blank")  # the page that was looks no more
    visit.asked.clear()
    visit.page.goto(place)
    expect(session).to_have_attribute("data-state", "live")
    paths = [url.split(BRIDGE_REQUESTS)[1].partition("?")[0] for url in visit.asked]
    assert paths[:4] == ["/healthz", "/link/page", "/link/page", "/rpc"]
    assert set(paths) == {"/healthz", "/link/page", "/rpc"}
    visit.set_permission("denied")
    visit.page.reload()
    visit.step("denied")
    expect(session).to_have_count(0)


def test_a_restarted_bridge_is_found_again(
    open_public: Callable[[Setting], Visit], bridge_of_this_machine: BridgeProcess
) -> None:
    """Its tokens died with it; the page gets a new one by itself."""
    visit = open_public("granted")
    visit.step("free")
    link(visit)
    session = visit.page.get_by_test_id("local-session")
    expect(session).to_have_attribute("data-state", "live")
    bridge_of_this_machine.stop()
    bridge_of_this_machine.start()
    session.locator("summary").click()
    visit.page.get_by_test_id("local-again").click()
    bridge_of_this_machine.said("may read the runtime")
    expect(session).to_have_attribute("data-state", "live")
