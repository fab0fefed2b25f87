"""Linking, by the page and by a typed code, against a real control plane peer."""

import stat
from pathlib import Path

import pytest

from openclaw.apps.bridge.errors import ConfirmationNeededError, LinkDeclinedError
from openclaw.protocol.vault import VAULT_ARGUMENTS
from tests.apps.bridge.bridge_process import BridgeProcess, command
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer
from tests.apps.bridge.raw_http import RawAnswer, post, request


async def _redeem(bridge: RunningBridge, peer: ControlPlanePeer, **changed: str) -> RawAnswer:
    body = {"challengeId": peer.challenge_id, "code": peer.code, "appUrl": peer.url, **changed}
    return await post(bridge.port, "/link/redeem", body, origin=peer.url)


async def test_a_page_links_the_machine_and_it_comes_online(
    bridge: RunningBridge, control_plane: ControlPlanePeer, gateway: GatewayPeer
) -> None:
    answer = await _redeem(bridge, control_plane)
    assert answer.status == 200
    assert answer.body["linked"] is True
    assert "access-" not in str(answer.body)  # of tokens only the page's own
    assert {name for name in answer.body if "Token" in name} == {"pageToken", "pageTokenSeconds"}
    node = await gateway.node()
    assert node.connect["role"] == "node"
    assert node.connect["commands"] == sorted(
        [
            "exec",
            "fs.collect",
            "fs.delete",
            "fs.edit",
            "fs.list",
            "fs.move",
            "fs.read",
            "fs.search",
            "fs.undo",
            "fs.undo.preview",
            "fs.write",
            "policy.check",
            "system.info",
            *VAULT_ARGUMENTS,
        ]
    )
    question = bridge.person.questions[0]
    assert (question.origin, question.code) == (control_plane.url, control_plane.code)
    health = await request(bridge.port, "GET", "/healthz", {"Origin": control_plane.url})
    assert health.body["linked"] is True
    assert health.body["connected"] is True
    assert health.body["deviceId"] == answer.body["deviceId"]


async def test_the_second_path_redeems_too(bridge: RunningBridge, control_plane: ControlPlanePeer) -> None:
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": control_plane.url}
    answer = await post(bridge.port, "/v1/link/redeem", body, origin=control_plane.url)
    assert answer.status == 200


async def test_without_a_person_at_the_machine_the_page_is_told_what_to_type(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    bridge.person.refusal = ConfirmationNeededError(link_code="123456")
    answer = await _redeem(bridge, control_plane)
    assert (answer.status, answer.code) == (409, "bridge.confirmation_needed")
    assert "openclaw bridge link 123456" in answer.body["detail"]
    assert control_plane.redeemed == []


async def test_a_no_at_the_machine_is_a_no(bridge: RunningBridge, control_plane: ControlPlanePeer) -> None:
    bridge.person.refusal = LinkDeclinedError(reason="the answer was no")
    answer = await _redeem(bridge, control_plane)
    assert (answer.status, answer.code) == (403, "bridge.link_declined")
    assert control_plane.redeemed == []


async def test_a_wrong_code_keeps_the_servers_own_words(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    answer = await _redeem(bridge, control_plane, code="654321")
    assert (answer.status, answer.code) == (403, "devices.wrong_code")
    assert answer.body["data"] == {"triesLeft": 4}


async def test_five_tries_end_a_challenge_at_the_bridge_too(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    for _ in range(5):
        assert (await _redeem(bridge, control_plane, code="654321")).status == 403
    answer = await _redeem(bridge, control_plane)
    assert (answer.status, answer.code) == (429, "request.rate_limited")
    assert int(answer.headers["retry-after"]) > 0
    assert len(control_plane.redeemed) == 5


async def test_a_linked_machine_is_not_linked_over(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    assert (await _redeem(bridge, control_plane)).status == 200
    again = await _redeem(bridge, control_plane)
    assert (again.status, again.code) == (409, "bridge.already_linked")


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", "123456\n", ""])
async def test_a_code_that_no_server_made_is_not_sent(
    bridge: RunningBridge, control_plane: ControlPlanePeer, code: str
) -> None:
    answer = await _redeem(bridge, control_plane, code=code)
    assert (answer.status, answer.code) == (400, "bridge.bad_code")
    assert control_plane.redeemed == []


async def test_the_app_url_must_be_the_page_itself(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    answer = await _redeem(bridge, control_plane, appUrl="https://app.example")
    assert (answer.status, answer.code) == (403, "bridge.app_url_mismatch")


async def test_only_the_configured_server_is_called(
    bridge: RunningBridge, control_plane: ControlPlanePeer
) -> None:
    body = {"challengeId": control_plane.challenge_id, "code": "123456", "appUrl": "https://app.example"}
    answer = await post(bridge.port, "/link/redeem", body, origin="https://app.example")
    assert answer.status == 200
    assert control_plane.paths == ["/api/v2/bridge/redeem"]


async def test_a_code_typed_without_a_running_bridge(
    home: Path, state: Path, control_plane: ControlPlanePeer
) -> None:
    code, out, err = await command(
        home, state, "link", "123 456", "--server", control_plane.url, "--name", "Desk"
    )
    assert code == 0, err
    assert '"Desk"' in out
    assert control_plane.redeemed[0]["device"]["name"] == "Desk"
    assert "challengeId" not in control_plane.redeemed[0]
    for file in ("session.json", "device.pem", "settings.json", "policy.toml"):
        assert stat.S_IMODE((state / file).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_a_code_typed_beside_a_running_bridge_brings_it_online_at_once(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path, state: Path
) -> None:
    await process.start("--server", control_plane.url)
    linked = await process.command("link", "123456", "--challenge", control_plane.challenge_id)
    node = await gateway.node()
    status = await process.command("status")
    assert linked["deviceId"] == status["deviceId"]
    assert (status["running"], status["linked"], status["online"]) == (True, True, True)
    assert status["nodeId"] == node.node_id
    code, _, words = await command(home, state, "link", "123456")
    assert (code, "openclaw bridge unlink" in words) == (6, True)
    assert (await process.command("unlink"))["serverTold"] is True
    await node.closed
    assert control_plane.unlinked == ["access-1"]
    assert (await process.command("status"))["linked"] is False


async def test_a_refused_code_is_one_sentence_and_an_exit_code(
    home: Path, state: Path, control_plane: ControlPlanePeer
) -> None:
    code, out, err = await command(home, state, "link", "000000", "--server", control_plane.url)
    assert (code, out) == (4, "")
    assert "devices.wrong_code" in err
    assert "Traceback" not in err


async def test_a_plain_text_server_elsewhere_is_refused(home: Path, state: Path) -> None:
    code, _, err = await command(home, state, "link", "000000", "--server", "http://203.0.113.9")
    assert code == 4
    assert "--insecure" in err
