"""Devices, approvals and conversations at the terminal."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw.kit.layout import cell_width
from tests.apps.cli.installation import Installation, Terminal
from tests.apps.cli.pseudo_terminal import PseudoTerminal

FACES = [("en_US.UTF-8", "60"), ("zh_CN.UTF-8", "60"), ("en_US.UTF-8", "100")]


def ask(terminal: Terminal, text: str) -> dict[str, Any]:
    """The approval that ``text`` leads to."""
    done = terminal.run("chat", text, "--no-input", "--json")
    assert done.code == 3, done.out + done.err
    return next(line for line in done.lines if line["event"] == "approval")["approval"]


def test_devices(installation: Installation, terminal: Terminal) -> None:
    while not installation.is_online():  # tests before this one have cut its connection
        pass
    listed = terminal.answer("devices", "list")["items"]
    assert [(device["name"], device["online"]) for device in listed] == [("Laptop 笔记本", True)]
    for wanted in (listed[0]["id"], listed[0]["id"][-8:], "laptop 笔记本", "笔记"):
        assert terminal.answer("devices", "show", wanted)["id"] == listed[0]["id"]
    assert terminal.answer("devices", "rename", "笔记本", "Desk")["name"] == "Desk"
    assert terminal.answer("devices", "rename", "desk", "Laptop 笔记本")["name"] == "Laptop 笔记本"
    missing = terminal.run("devices", "show", "toaster", "--json")
    assert (missing.code, missing.json["error"]["code"]) == (5, "cli.no_match")


def test_the_primary_machine_and_groups(terminal: Terminal) -> None:
    device = terminal.answer("devices", "list")["items"][0]
    assert terminal.answer("devices", "primary", "笔记本")["primary"] is True
    assert terminal.answer("devices", "primary", "笔记本", "--off")["primary"] is False
    made = terminal.answer("devices", "group", "web", "笔记本")
    assert (made["name"], made["deviceIds"]) == ("web", [device["id"]])
    assert terminal.answer("devices", "group", "Web", device["id"])["id"] == made["id"], "the same one"
    assert terminal.answer("devices", "groups")["items"][0]["name"] == "Web"
    assert device["name"] in terminal.run("devices", "groups").out
    assert terminal.answer("devices", "ungroup", "web") == {"ok": True, "id": made["id"]}
    assert terminal.run("devices", "group", "web", "toaster").code == 5


def test_a_machine_is_linked_with_the_printed_command_and_revoked(
    installation: Installation, terminal: Terminal, tmp_path: Path
) -> None:
    waiting = terminal.start("devices", "link", "--wait", "--json")
    assert waiting.stdout is not None
    challenge = json.loads(waiting.stdout.readline())
    command = challenge["command"].replace(" --run", "").split()[1:]
    other = Terminal(tmp_path / "other", installation.url)
    other.home.mkdir()
    assert other.process(*command, "--name", "Second").code == 0
    assert json.loads(waiting.communicate(timeout=60)[0])["name"] == "Second"
    assert terminal.run("devices", "revoke", "second", "--json").json["error"]["code"] == "cli.not_confirmed"
    with PseudoTerminal(terminal, "devices", "revoke", "second") as shown:
        shown.expect("Unlink “Second”?")
        shown.type("y\n")
        shown.expect("no longer linked")
        assert shown.end() == 0
    assert terminal.run("devices", "show", "second").code == 5


def test_approvals(terminal: Terminal) -> None:
    asked = ask(terminal, "run touch once.txt")
    assert asked["id"] in [item["id"] for item in terminal.answer("approvals", "list")["items"]]
    assert terminal.answer("approvals", "show", asked["id"][-10:])["arguments"] == {
        "command": "touch once.txt"
    }
    assert terminal.answer("approvals", "allow", asked["id"])["decision"] == "allow_once"
    again = terminal.run("approvals", "allow", asked["id"], "--json")
    assert (again.code, again.json["error"]["code"]) == (6, "agents.approval_decided")
    denied = ask(terminal, "run touch never.txt")
    answer = terminal.answer("approvals", "deny", denied["id"], "--reason", "not now")
    assert (answer["state"], answer["reason"]) == ("denied", "not now")


def test_high_risk_needs_a_second_yes(terminal: Terminal) -> None:
    asked = ask(terminal, "run rm -rf scratch")
    first = terminal.run("approvals", "allow", asked["id"])
    assert first.code == 6
    assert "rm -rf scratch" in first.out
    assert f"openclaw approvals allow {asked['id']} --confirm" in first.err
    assert terminal.answer("approvals", "allow", asked["id"], "--confirm")["state"] == "allowed"


def test_a_rule_is_made_and_said(terminal: Terminal) -> None:
    asked = ask(terminal, "run mkdir -p rules/a")
    done = terminal.run("approvals", "allow", asked["id"], "--conversation")
    assert (done.code, asked["coverage"]["program"]) == (0, "mkdir")
    assert "mkdir in" in done.out
    assert terminal.run("approvals", "allow", asked["id"], "--always", "--conversation").code == 2


def test_conversations(terminal: Terminal, tmp_path: Path) -> None:
    started = terminal.run("chat", "list the files in ~", "--json").lines[0]
    name = started["conversationId"]
    assert name in [item["id"] for item in terminal.answer("conversations", "list", "--limit", "5")["items"]]
    shown = terminal.answer("conversations", "show", name[-12:])
    assert [message["role"] for message in shown["messages"]] == ["user", "assistant"]
    assert shown["messages"][1]["parts"][1]["name"] == "fs.list"
    file = tmp_path / "talk.md"
    assert terminal.answer("conversations", "export", name, "--output", str(file))["bytes"] > 0
    assert "list the files in ~" in file.read_text()
    assert terminal.answer("conversations", "export", name)["conversation"]["id"] == name
    assert terminal.run("conversations", "export", name, "--format", "pdf").code == 2
    nobody = terminal.run("conversations", "show", "conv_" + "0" * 32, "--json")
    assert (nobody.code, nobody.json["error"]["code"]) == (5, "conversations.not_found")


@pytest.mark.parametrize(("language", "columns"), FACES, ids=["en-60", "zh-60", "en-100"])
def test_everything_fits_the_terminal(terminal: Terminal, language: str, columns: str) -> None:
    asked = ask(
        terminal, "run echo a rather long line of words that does not fit into sixty columns > wide.txt"
    )
    for command in (
        ["whoami"],
        ["devices", "list"],
        ["approvals", "list", "--all"],
        ["approvals", "show", asked["id"]],
        ["conversations", "list"],
    ):
        done = terminal.run(*command, LANG=language, COLUMNS=columns)
        assert done.code == 0, done.err
        assert "\x1b" not in done.out, "colour where there is no terminal"
        assert max(cell_width(line) for line in done.out.splitlines()) <= int(columns), done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["devics"], "Did you mean devices?"),
        (["devices", "lst"], "Did you mean list?"),
        (["devices", "rename"], "DEVICE is missing."),
        (["chat", "--no-inptu"], "--no-inptu"),
        (["conversations", "list", "--limit", "some"], "--limit"),
    ],
)
def test_a_command_typed_wrongly(stranger: Terminal, arguments: list[str], words: str) -> None:
    done = stranger.run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "--help" in done.err
