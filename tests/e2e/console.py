"""The web console as a person uses it: what is on the page, by its role and its words."""

import itertools
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from openclaw.kit.ids import new_id
from tests.support.processes import BridgeProcess, Installation

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


class Console:
    """One page, with the session of its browser context."""

    def __init__(self, page: Page, installation: Installation, folder: Path) -> None:
        self.page = page
        self.folder = folder
        self.url = installation.url
        self.said: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))

    @property
    def composer(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_test_id("composer")

    @property
    def approval(self) -> Locator:
        """The open question."""
        return self.page.get_by_test_id("approval-card")

    @property
    def tools(self) -> Locator:
        """The tool calls, in order."""
        return self.page.get_by_test_id("tool-card")

    @property
    def answers(self) -> Locator:
        """What the assistant said, in order."""
        return self.page.locator('[data-testid="message"][data-role="assistant"]')

    @property
    def questions(self) -> Locator:
        """What the person said, in order."""
        return self.page.locator('[data-testid="message"][data-role="user"]')

    def sign_up(self) -> None:
        """Through the form."""
        name = f"eve{next(_numbers)}"
        self.page.goto(f"{self.url}/sign-up")
        form = self.page.get_by_test_id("signup-form")
        form.get_by_label("Username").fill(name)
        form.get_by_label("Email").fill(f"{name}@example.com")
        form.get_by_label("Password").fill(PASSWORD)
        form.get_by_role("button", name="Create account").click()
        self.expect_online()

    def enter(self, **settings: Any) -> None:
        """With an account that was made over the API."""
        name = f"u{new_id().hex}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "session": "cookie"}
        self._post("/auth/register", body)
        if settings:
            self.send("PATCH", "/users/me", settings)
        self.page.goto(self.url)
        self.expect_online()

    def expect_online(self) -> None:
        """Wait until the page is there and hears of everything that happens from now on."""
        expect(self.composer).to_be_visible()
        expect(self.page.get_by_test_id("connection")).to_have_attribute("data-state", "online")

    def link(self, bridge: BridgeProcess) -> None:
        """Link a bridge without the dialog, and wait until the page shows that it is there."""
        bridge.link(self._post("/bridge/public-link", {}))
        expect(self.page.get_by_test_id("device-picker")).to_be_visible()

    def say(self, text: str) -> None:
        """Write and send."""
        self.composer.fill(text)
        self.page.get_by_test_id("send").click()
        expect(self.questions.last.get_by_role("paragraph")).to_have_text(text)

    def press(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Press a button by its words."""
        (within or self.page).get_by_role("button", name=name).click()

    def expect_tool(self, state: str, *, nth: int = 0) -> None:
        """Wait until a tool call is in a state."""
        expect(self.tools.nth(nth)).to_have_attribute("data-state", state)

    def expect_answered(self, text: str | re.Pattern[str], *, nth: int = -1) -> None:
        """Wait until an answer is complete and has ``text``."""
        answer = self.answers.nth(nth)
        expect(answer).to_have_attribute("data-state", "complete")
        expect(answer).to_contain_text(text)

    def get(self, path: str) -> Any:
        """What the API answers to this session."""
        response = self.page.request.get(f"{self.url}/api/v2{path}")
        assert response.ok, response.text()
        return response.json()

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self.send("POST", path, body)

    def publish(self, archive: bytes, visibility: str = "private") -> Any:
        """A plugin package that was published without the dialog."""
        return self.send("POST", f"/plugin-packages?visibility={visibility}", archive)

    def send(self, method: str, path: str, body: dict[str, Any] | bytes) -> Any:
        """What the API answers to a request that changes something."""
        cookies = {cookie.get("name"): cookie.get("value") for cookie in self.page.context.cookies()}
        token = next(
            (value for name, value in cookies.items() if name and name.endswith("openclaw_csrf")), None
        )
        headers = {"Origin": self.url, **({"X-CSRF-Token": token} if token else {})}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/octet-stream"
        response = self.page.request.fetch(
            f"{self.url}/api/v2{path}", method=method, data=body, headers=headers
        )
        assert response.ok, response.text()
        return response.json() if response.body() else None

    def _note(self, message: ConsoleMessage) -> None:
        self.said.append(f"{message.type}: {message.text}")
