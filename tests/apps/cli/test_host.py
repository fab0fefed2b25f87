"""`openclaw host`: a token is made, a machine enrolled with it, looked after and ended."""

from tests.apps.cli.installation import Terminal


def test_a_host_from_its_token_to_its_end(terminal: Terminal) -> None:
    assert "There are no hosts" in terminal.run("host", "list").out
    made = terminal.answer("host", "token", "--name", "box", "--label", "gpu", "--capacity", "2")
    assert made["token"] not in terminal.run("host", "tokens").out
    other = terminal.run("host", "token", LANG="zh_CN.UTF-8").out
    assert "此令牌" in other

    state = str(terminal.home / "host")
    enrolled = terminal.process(
        "host", "enroll", made["token"], "--server", terminal.server, "--state-dir", state, "--json"
    )
    assert enrolled.code == 0, enrolled.err + enrolled.out
    host = enrolled.json["hostId"]
    again = terminal.process(
        "host", "--token", made["token"], "--server", terminal.server, "--state-dir", f"{state}-2"
    )
    assert again.code != 0
    assert "enrolment token" in again.err
    status = terminal.run("doctor", "--json", OPENCLAW_HOST_HOME=state).json["checks"]
    found = next(check for check in status if check["id"] == "host")
    assert (found["state"], "“box”" in found["detail"]) == ("warn", True)

    listed = terminal.run("host", "list").out
    assert "box" in listed
    assert "not seen yet · 0 of 2 slots taken" in listed
    assert terminal.answer("host", "set", "box", "--label", "cpu", "--drain")["draining"]
    shown = terminal.run("host", "show", host[-8:]).out
    assert "takes nothing new" in shown
    assert "cpu, platform:linux" in shown
    assert terminal.answer("host", "set", "box", "--own", "--no-drain")["labels"] is None
    open_token = next(t for t in terminal.answer("host", "tokens")["items"] if t["status"] == "open")
    assert terminal.run("host", "revoke-token", open_token["id"]).code == 0
    assert "revoked" in terminal.run("host", "tokens").out
    assert terminal.run("host", "revoke", "box", "--yes").code == 0
    assert "There are no hosts" in terminal.run("host", "list").out
    assert "revoked" in terminal.run("host", "list", "--all").out
    left = terminal.process("host", "leave", "--state-dir", state)
    assert left.code == 0, left.err
    assert "a host no more" in left.out


def test_help_knows_both_sides(stranger: Terminal) -> None:
    page = stranger.run("host", "--help").out
    assert "On the machine" in page
    assert "revoke-token" in page
    assert stranger.process("host", "run", "--help").code == 0
    assert "--state-dir" in stranger.process("host", "--state-dir", "x", "--help").out
