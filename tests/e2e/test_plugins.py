"""The marketplace in the console: a package published, installed, brought to a version that asks for more, blocked."""

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.domains.plugins.making import SAMPLES, archive
from tests.e2e.console import Console

SETTINGS = {
    "type": "object",
    "required": ["greeting"],
    "properties": {"greeting": {"type": "string", "title": "Greeting"}},
}
BEFORE = {"kv": {}, "network": {"hosts": ["example.com"]}}
AFTER = {"llm": {}, "network": {"hosts": ["example.com", "example.org"]}}


def publish(page: Page, body: bytes) -> None:
    """Through the dialog, for the workspace."""
    page.get_by_test_id("publish").click()
    file = FilePayload(name="worker.opc", mimeType="application/octet-stream", buffer=body)
    page.get_by_test_id("publish-file").set_input_files(file)
    page.get_by_test_id("publish-submit").click()


def test_a_plugin_is_published_installed_updated_and_blocked(console: Console) -> None:
    page = console.page
    console.enter()
    page.get_by_role("link", name="Plugins").click()
    damaged = archive()
    publish(page, damaged[: len(damaged) // 2])
    expect(page.get_by_test_id("publish-refused")).to_contain_text("The package is refused")
    page.get_by_role("button", name="Cancel").click()
    files = {"worker.py": (SAMPLES / "worker.py").read_bytes(), "README.md": b"# How it works\n"}
    publish(page, archive(config=SETTINGS, permissions=BEFORE, files=files))

    expect(page.get_by_role("heading", name="Worker", level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="How it works")).to_be_visible()
    expect(page.get_by_test_id("permission")).to_have_count(2)
    page.get_by_test_id("install").click()
    dialog = page.get_by_test_id("install-dialog")
    expect(dialog).to_contain_text("Reach these hosts: example.com")
    expect(page.get_by_test_id("install-submit")).to_be_disabled()
    dialog.get_by_text("I agree that Worker may do this").click()
    page.get_by_test_id("install-submit").click()
    expect(dialog).to_contain_text("This is needed.")
    dialog.get_by_label("Greeting").fill("Hello")
    page.get_by_test_id("install-submit").click()
    expect(page.get_by_test_id("version-row")).to_contain_text("Installed")

    page.get_by_role("link", name="Plugins").first.click()
    publish(page, archive(version="1.1.0", config=SETTINGS, permissions=AFTER, files=files))
    page.get_by_test_id("update").click()
    changes = page.get_by_test_id("permission-change")
    expect(changes).to_have_text(
        [
            re.compile("MoreReach these hosts: example.org"),
            re.compile("NewAsk the workspace"),
            re.compile("Gone"),
        ]
    )
    expect(page.get_by_test_id("update-submit")).to_be_disabled()
    page.get_by_text("I agree to what is new").click()
    page.get_by_test_id("update-submit").click()
    expect(page.get_by_test_id("version-row").first).to_contain_text("Installed")
    (plugin,) = console.get("/plugins")["items"]
    assert plugin["version"] == "1.1.0"
    assert {each["name"]: each["items"] for each in plugin["permissions"]} == {
        "network": ["example.com", "example.org"],
        "llm": [],
    }

    page.get_by_test_id("plugin-menu").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_text("Ask the workspace's AI models").last.click()
    page.get_by_test_id("settings-submit").click()
    expect(page.get_by_test_id("permission-refused")).to_contain_text("Not granted")

    page.get_by_test_id("plugin-menu").click()
    page.get_by_role("menuitem", name="Block").click()
    page.get_by_label("Reason").fill("It talks too much")
    page.get_by_test_id("block-submit").click()
    expect(page.get_by_test_id("blocked")).to_contain_text("It talks too much")
    page.get_by_role("link", name="Plugins").first.click()
    page.get_by_text("Installed", exact=True).first.click()
    expect(page.get_by_test_id("installed-row")).to_contain_text("Blocked")
    page.get_by_text("Control", exact=True).click()
    expect(page.get_by_test_id("block-row")).to_contain_text("It talks too much")
    page.get_by_test_id("unblock").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("block-row")).to_have_count(0)
    assert console.get("/plugins")["items"][0]["blocked"] is None
