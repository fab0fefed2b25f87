"""A lost connection, the other language, and the smallest screen."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess, Installation

PHONE = {"width": 360, "height": 740}


def test_the_server_restarts(installation: Installation, console: Console, bridge: BridgeProcess) -> None:
    """The page says that it has lost the server and comes back by itself, with the question still open."""
    page, banner = console.page, console.page.get_by_test_id("connection")
    console.enter()
    console.link(bridge)
    console.say("create later.txt with one line in ~/Documents")
    expect(console.approval).to_be_visible()

    installation.roles["standalone"].kill()
    expect(banner).to_contain_text("Connection lost. Reconnecting…")
    console.composer.fill("Typing goes on")
    installation.start("standalone")
    expect(banner).to_have_attribute("data-state", "online")
    expect(banner).to_be_empty()
    expect(console.composer).to_have_value("Typing goes on")
    expect(console.approval).to_be_visible()
    page.get_by_test_id("approve-once").click()
    console.expect_tool("ok")
    assert (bridge.home / "Documents" / "later.txt").read_text() == "Line 1\n"


def test_in_chinese(open_console: Callable[..., Console], bridge: BridgeProcess) -> None:
    """The language of the account: the page, the demo model's phrasings, the question, and the bridge's own words."""
    console = open_console(locale="zh-CN")
    page = console.page
    console.enter(language="zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    console.link(bridge)
    console.say("在 ~/Documents 创建 笔记.txt，写三行")
    expect(console.approval.get_by_role("heading", name="是否批准？")).to_be_visible()
    console.press("允许一次")
    console.expect_tool("ok")
    expect(page.get_by_test_id("approval-outcome")).to_have_text("已允许一次")
    assert (bridge.home / "Documents" / "笔记.txt").read_text() == "第 1 行\n第 2 行\n第 3 行\n"
    page.get_by_role("link", name="设备").click()
    expect(page.get_by_role("heading", name="设备", exact=True)).to_be_visible()
    expect(page.get_by_test_id("device-row")).to_contain_text("在线")


def test_at_360_pixels(open_console: Callable[..., Console], bridge: BridgeProcess) -> None:
    """The whole job on a phone: nothing is wider than the screen, and everything can be reached."""
    console = open_console(viewport=PHONE, has_touch=True, is_mobile=True)
    page = console.page
    console.sign_up()
    _expect_no_sideways(console)
    console.link(bridge)
    console.say("create a_file_with_a_rather_long_name_for_a_phone.txt with three lines in ~/Documents")
    expect(console.approval).to_be_visible()
    _expect_no_sideways(console)
    page.get_by_test_id("approve-once").tap()
    console.expect_tool("ok")
    console.say("run uname -a")
    console.expect_tool("ok", nth=1)
    _expect_no_sideways(console)
    for name in ("Devices", "Settings"):
        console.press("Open navigation")
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
        _expect_no_sideways(console)


def _expect_no_sideways(console: Console) -> None:
    """Nothing is cut off or has to be scrolled for from left to right."""
    width = console.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{width} px wide at {console.page.url}"
