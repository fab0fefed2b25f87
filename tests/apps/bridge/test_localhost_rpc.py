"""Reads of the runtime by web pages: rows 7 and 10 to 12 of the localhost security list, with a runtime process."""

import json
import sys
from typing import Any

import pytest

from openclaw.apps.bridge.localhost.page_tokens import GUESS_WINDOW, LIFETIME, MAX_GUESSES, NONCE_LIFETIME
from openclaw.apps.bridge.state import Settings, StateFolder
from openclaw.kit.clock import ManualClock
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer
from tests.apps.bridge.raw_http import RawAnswer, post, request
from tests.conftest import ROOT

APP = "https://app.example"
PATHS = ["/rpc", "/v1/rpc", "/bridge/rpc"]
COMMANDS = ["get_state", "get_messages", "get_session_stats"]
SECRET = "PLANTED-7f3a"
FAULTS: dict[str, Any] = {"secret": SECRET}


@pytest.fixture
def folder(folder: StateFolder, request: pytest.FixtureRequest) -> StateFolder:
    """Its settings name the stand-in of the leakiest family; ``@pytest.mark.parametrize("faults", …)`` changes it."""
    faults = (
        request.node.callspec.params.get("faults", FAULTS) if hasattr(request.node, "callspec") else FAULTS
    )
    standin = str(ROOT / "tests/support/pi_standin.py")
    command = (sys.executable, standin, "--profile", "npm-0.58", "--faults", json.dumps(faults))
    if faults is None:
        command = ("no-such-program-anywhere",)
    folder.write("settings.json", json.dumps({"server": Settings().server, "piCommand": command}).encode())
    return folder


@pytest.fixture
async def page(bridge: RunningBridge, control_plane: ControlPlanePeer, gateway: GatewayPeer) -> "Page":
    """A page of the server's origin, whose person has linked the machine by it."""
    body = {
        "challengeId": control_plane.challenge_id,
        "code": control_plane.code,
        "appUrl": control_plane.url,
    }
    answer = await post(bridge.port, "/link/redeem", body, origin=control_plane.url)
    assert answer.status == 200, answer.content
    assert answer.body["pageTokenSeconds"] == LIFETIME.total_seconds()
    return Page(bridge.port, control_plane.url, answer.body["pageToken"])


class Page:
    """A page with its token."""

    def __init__(self, port: int, origin: str, token: str) -> None:
        self.port, self.origin, self.token = port, origin, token
        self._serial = 0

    async def read(self, command: str, path: str = "/rpc", **changes: Any) -> RawAnswer:
        self._serial += 1
        body = {"id": f"web-{command}-{self._serial}", "type": command, **changes}
        return await self.send(body, path)

    async def send(self, body: Any, path: str = "/rpc", *, token: str | None = None) -> RawAnswer:
        bearer = {"Authorization": f"Bearer {token or self.token}"}
        return await post(self.port, path, body, origin=self.origin, **bearer)

    async def ready(self) -> None:
        """The runtime is started by the first read, and answers some later one."""
        while not (await self.read("get_state")).body["success"]:
            pass

    async def health(self) -> dict[str, Any]:
        return (await request(self.port, "GET", "/healthz", {"Origin": self.origin})).body


# ── The three commands ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_three_reads_at_the_three_paths_in_the_envelope_of_pi(page: Page) -> None:
    await page.ready()
    for path in PATHS:
        for command in COMMANDS:
            answer = await page.read(command, path)
            body = answer.body
            assert answer.status == 200
            assert (body["type"], body["command"], body["success"]) == ("response", command, True)
            assert body["id"].startswith(f"web-{command}-")
            assert isinstance(body["data"], dict)
            assert answer.headers["access-control-allow-origin"] == page.origin


async def test_linking_keeps_how_the_runtime_is_started(page: Page, folder: StateFolder) -> None:
    settings = folder.settings()
    assert settings.server == page.origin
    assert settings.pi_command is not None


async def test_health_starts_nothing_and_says_what_there_is(page: Page) -> None:
    before = await page.health()
    assert (before["runtimeReady"], before["runtime"]) == (False, "idle")
    assert (await page.health())["runtime"] == "idle"
    await page.ready()
    after = await page.health()
    assert (after["runtimeReady"], after["runtime"]) == (True, "ready")


@pytest.mark.parametrize("faults", [{"no_model": True}])
async def test_a_runtime_without_a_model_is_not_ready(page: Page, faults: dict[str, Any]) -> None:
    await page.ready()
    assert (await page.read("get_state")).body["data"]["model"] is None
    assert (await page.health())["runtimeReady"] is False


@pytest.mark.parametrize("faults", [None])
async def test_without_a_runtime_the_envelope_says_so(page: Page, faults: None) -> None:
    assert (await page.health())["runtime"] == "none"
    body = (await page.read("get_state")).body
    assert (body["success"], body["code"], body["command"]) == (False, "bridge.no_runtime", "get_state")
    assert "Pi runtime" in body["error"]
    assert "data" not in body


@pytest.mark.parametrize("faults", [{"never": ["get_session_stats"]}])
async def test_a_read_that_gets_no_answer_ends_in_time(page: Page, faults: dict[str, Any]) -> None:
    await page.ready()
    body = (await page.read("get_session_stats")).body
    assert body["success"] is False
    assert body["code"] in {"bridge.runtime_timeout", "pi.no_answer"}
    assert (await page.read("get_state")).body["success"] is True


async def test_row_12_nothing_but_what_is_on_the_lists_leaves(page: Page) -> None:
    await page.ready()
    for command in COMMANDS:
        answer = await page.read(command)
        assert SECRET.encode() not in answer.content
        for name in (b"baseUrl", b"headers", b"sessionFile", b"systemPrompt", b'"system"'):
            assert name not in answer.content


# ── Who may ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", PATHS)
async def test_row_7_a_page_without_a_token_reads_nothing(page: Page, path: str) -> None:
    body = {"id": "1", "type": "get_state"}
    answer = await post(page.port, path, body, origin=page.origin)
    assert (answer.status, answer.code) == (401, "bridge.page_token_needed")
    answer = await page.send(body, path, token="x" * 43)
    assert (answer.status, answer.code) == (401, "bridge.page_token_needed")


async def test_row_7_a_token_is_for_one_origin(page: Page) -> None:
    bearer = {"Authorization": f"Bearer {page.token}"}
    answer = await post(page.port, "/rpc", {"id": "1", "type": "get_state"}, origin=APP, **bearer)
    assert (answer.status, answer.code) == (401, "bridge.page_token_needed")
    answer = await post(page.port, "/rpc", {"id": "1", "type": "get_state"}, **bearer)
    assert (answer.status, answer.code) == (401, "bridge.token_needed")


async def test_row_7_a_token_ends_with_its_hour(page: Page, clock: ManualClock) -> None:
    await page.ready()
    clock.advance(LIFETIME)
    assert (await page.read("get_state")).status == 401


async def test_row_7_tokens_end_with_the_link(page: Page, bridge: RunningBridge) -> None:
    owner = {"Authorization": f"Bearer {bridge.token}"}
    assert (await post(page.port, "/local/unlink", {}, **owner)).status == 200
    assert (await page.read("get_state")).status == 401


async def test_row_7_the_owner_reads_from_the_command_line_and_a_page_not_by_the_owners_token(
    page: Page, bridge: RunningBridge
) -> None:
    await page.ready()
    owner = {"Authorization": f"Bearer {bridge.token}"}
    assert (await post(page.port, "/rpc", {"id": "1", "type": "get_state"}, **owner)).status == 200
    answer = await page.send({"id": "2", "type": "get_state"}, token=bridge.token)
    assert (answer.status, answer.code) == (401, "bridge.page_token_needed")


async def test_row_7_guessing_locks_the_page_for_a_minute_and_is_logged(
    page: Page, bridge: RunningBridge, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await page.ready()
    caplog.set_level("INFO")
    for guess in range(MAX_GUESSES):
        assert (await page.send({"id": "1", "type": "get_state"}, token=f"guess-{guess}")).status == 401
    locked = await page.read("get_state")
    assert locked.status == 429
    assert 0 < int(locked.headers["retry-after"]) <= GUESS_WINDOW.total_seconds()
    owner = {"Authorization": f"Bearer {bridge.token}"}
    status = await request(page.port, "GET", "/local/status", owner)
    assert status.body["refused"]["bridge.page_token_needed"] == MAX_GUESSES
    assert f"refused POST /rpc from {page.origin}: bridge.page_token_needed" in caplog.text
    assert "guess-" not in caplog.text
    clock.advance(GUESS_WINDOW)
    assert (await page.read("get_state")).status == 200


async def test_row_7_a_guessing_program_does_not_lock_the_owner_out(bridge: RunningBridge) -> None:
    for guess in range(MAX_GUESSES):
        wrong = {"Authorization": f"Bearer guess-{guess}"}
        assert (await request(bridge.port, "GET", "/local/status", wrong)).status == 401
    assert (await request(bridge.port, "GET", "/local/status", {"Authorization": "Bearer no"})).status == 429
    owner = {"Authorization": f"Bearer {bridge.token}"}
    assert (await request(bridge.port, "GET", "/local/status", owner)).status == 200


# ── 10: how a page of a linked machine gets a token ─────────────────────────────────────────────────────────────────


async def test_row_10_a_pass_of_the_server_gives_a_token_once(
    page: Page, control_plane: ControlPlanePeer
) -> None:
    nonce = await _nonce(page)
    claim = {
        "appUrl": page.origin,
        "nonce": nonce,
        "pass": control_plane.page_pass(origin=page.origin, nonce=nonce),
    }
    answer = await post(page.port, "/v1/link/page", claim, origin=page.origin)
    assert answer.status == 200
    page.token = answer.body["pageToken"]
    assert (await page.read("get_state")).status == 200
    again = await post(page.port, "/link/page", claim, origin=page.origin)
    assert (again.status, again.code) == (403, "bridge.pass_refused")


@pytest.mark.parametrize("wrong", ["pass", "nonce", "key", "late", "origin"])
async def test_row_10_any_other_pass_is_refused(
    page: Page, control_plane: ControlPlanePeer, clock: ManualClock, wrong: str
) -> None:
    nonce = await _nonce(page)
    signed_for = APP if wrong == "origin" else page.origin
    if wrong == "key":
        control_plane.page_key = "00" * 32
    made = control_plane.page_pass(origin=signed_for, nonce=nonce)
    if wrong == "late":
        clock.advance(NONCE_LIFETIME)
    claim = {
        "appUrl": page.origin,
        "nonce": "n" * 43 if wrong == "nonce" else nonce,
        "pass": "0" * 64 if wrong == "pass" else made,
    }
    answer = await post(page.port, "/link/page", claim, origin=page.origin)
    assert (answer.status, answer.code) == (403, "bridge.pass_refused")


async def test_row_10_an_unlinked_machine_and_a_program_get_no_nonce(bridge: RunningBridge) -> None:
    answer = await post(bridge.port, "/link/page", {"appUrl": APP}, origin=APP)
    assert (answer.status, answer.code) == (409, "bridge.not_linked")
    owner = {"Authorization": f"Bearer {bridge.token}"}
    assert (await post(bridge.port, "/link/page", {"appUrl": APP}, **owner)).status == 403
    answer = await post(bridge.port, "/link/page", {"appUrl": "https://other.example"}, origin=APP)
    assert (answer.status, answer.code) == (403, "bridge.app_url_mismatch")


async def _nonce(page: Page) -> str:
    answer = await post(page.port, "/link/page", {"appUrl": page.origin}, origin=page.origin)
    assert answer.status == 200
    assert "pageToken" not in answer.body
    return answer.body["nonce"]


# ── 11: what may be asked ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "command",
    ["bash", "prompt", "export_html", "switch_session", "set_model", "fork", "getState", "GET_STATE", ""],
)
async def test_row_11_everything_else_is_refused_even_with_a_token(page: Page, command: str) -> None:
    answer = await page.read(command)
    assert (answer.status, answer.code) == (403, "bridge.command_not_allowed")
    assert (await page.health())["runtime"] == "idle"  # not even started for it


@pytest.mark.parametrize(
    "body",
    [
        {"id": "1", "type": "get_state", "message": "hi"},
        {"id": 7, "type": "get_state"},
        {"id": "", "type": "get_state"},
        {"id": "x" * 129, "type": "get_state"},
        {"type": "get_state"},
        {"id": "1"},
        [],
        None,
    ],
)
async def test_row_11_nothing_but_an_id_and_a_type_is_taken(page: Page, body: Any) -> None:
    answer = await page.send(body)
    assert (answer.status, answer.code) == (400, "bridge.bad_request")


async def test_row_11_an_id_counts_once(page: Page) -> None:
    await page.ready()
    assert (await page.send({"id": "one", "type": "get_state"})).status == 200
    answer = await page.send({"id": "one", "type": "get_messages"})
    assert (answer.status, answer.code) == (409, "bridge.repeated_id")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_row_11_reads_are_posts(page: Page, method: str) -> None:
    headers = {"Origin": page.origin, "Authorization": f"Bearer {page.token}"}
    answer = await request(page.port, method, "/rpc?type=get_state&id=1", headers)
    assert (answer.status, answer.code) == (405, "bridge.method_not_allowed")
