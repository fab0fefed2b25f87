"""`openclaw chat`: streamed, asked inline, stopped, and followed over lost connections."""

import signal
from pathlib import Path

import pytest

from tests.apps.bridge.processes import Gate
from tests.apps.cli.installation import Installation, Terminal
from tests.apps.cli.pseudo_terminal import PseudoTerminal


@pytest.fixture
def folder(installation: Installation) -> Path:
    """A folder on the machine that its policy allows, with a short name: it has to fit into a line."""
    made = installation.home / f"f{len(list(installation.home.glob('f*')))}"
    made.mkdir()
    return made


def test_each_event_is_a_line(terminal: Terminal) -> None:
    done = terminal.run("chat", "list the files in ~", "--json")
    assert done.code == 0, done.err
    events = done.lines
    assert events[0]["event"] == "started"
    assert {"text", "tool"} <= {event["event"] for event in events}
    states = [event["state"] for event in events if event["event"] == "tool"]
    assert states[-1] == "ok"
    end = events[-1]
    assert (end["event"], end["state"], end["demo"], end["error"]) == ("ended", "completed", True, None)
    assert "".join(event["delta"] for event in events if event["event"] == "text") == end["text"]


def test_a_pipe_gets_the_answer_and_nothing_else(terminal: Terminal) -> None:
    done = terminal.run("chat", "-", stdin="list the files in ~\n", LANG="en_US.UTF-8")
    assert done.code == 0, done.err
    assert done.out.startswith("**Demo model**")
    assert "\x1b" not in done.out + done.err
    assert "entries" in done.err
    assert "●" not in done.out


def test_nobody_is_asked(terminal: Terminal, folder: Path) -> None:
    done = terminal.run("chat", f"create plan.txt with two lines in {folder}", "--no-input", COLUMNS="100")
    assert done.code == 3
    approval = terminal.answer("approvals", "list")["items"][0]
    assert f"openclaw approvals allow {approval['id']}" in done.err
    assert str(folder / "plan.txt") in done.err
    assert not (folder / "plan.txt").exists()


def test_answered_at_the_terminal(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(
        terminal, "chat", f"create plan.txt with two lines in {folder}", columns=160
    ) as shown:
        card = shown.expect("Your answer:")
        assert f"{folder}/plan.txt" in "".join(card.split())  # a long path is broken over lines
        assert "┃ Line 1" in card
        assert "[o] allow once" in card
        assert "[c] allow in this conversation: writing files in" in card
        assert not (folder / "plan.txt").exists()
        shown.type("x")  # no such answer: nothing happens
        shown.type("o")
        shown.expect("✓ created, 14 bytes")
        shown.expect("conv_")
        assert shown.end() == 0
    assert (folder / "plan.txt").read_text() == "Line 1\nLine 2\n"


def test_denied_with_a_reason_in_chinese(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(
        terminal, "chat", f"运行 touch {folder}/no.txt", columns=60, LANG="zh_CN.UTF-8"
    ) as shown:
        shown.expect("需要您的同意")
        shown.expect("[d] 拒绝")
        shown.type("d")
        shown.expect("原因")
        shown.type("以后再说\n")
        assert shown.end() == 0
        # What becomes of the call is told by its commit, what the model says next at once: either may be first.
        assert "未执行：已拒绝" in shown.seen
        assert shown.seen.count("以后再说") == 2, "as it was typed, and as the model heard it"
    assert not (folder / "no.txt").exists()


def test_ctrl_d_at_the_reason_denies_without_one(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(terminal, "chat", f"run touch {folder}/no.txt") as shown:
        shown.expect("Your answer:")
        shown.type("d")
        shown.expect("Why?")
        shown.type("\x04")
        shown.expect("not done: denied")
        assert shown.end() == 0
    assert not (folder / "no.txt").exists()


def test_high_risk_is_asked_twice(terminal: Terminal, folder: Path) -> None:
    (folder / "old").mkdir()
    with PseudoTerminal(terminal, "chat", f"run rm -rf {folder}/old", columns=100) as shown:
        card = shown.expect("Your answer:")
        assert "HIGH RISK" in card
        assert "[c]" not in card
        shown.type("o")
        shown.expect("any other key goes back")
        shown.type("n")
        shown.expect("Your answer:")
        assert (folder / "old").exists()
        shown.type("o")
        shown.expect("any other key goes back")
        shown.type("y")
        shown.expect("✓ exit code 0")
        assert shown.end() == 0
    assert not (folder / "old").exists()


def test_answered_elsewhere(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(terminal, "chat", f"run touch {folder}/there.txt") as shown:
        shown.expect("Your answer:")
        asked = terminal.answer("approvals", "list")["items"][0]
        terminal.answer("approvals", "allow", asked["id"])
        shown.expect("Allowed elsewhere.")
        shown.expect("✓ exit code 0")
        assert shown.end() == 0


def test_ctrl_c_stops_what_runs(terminal: Terminal, folder: Path) -> None:
    with (
        Gate(folder),
        PseudoTerminal(
            terminal, "chat", f"run sh -c 'read _ < {folder}/gate; touch {folder}/after'"
        ) as shown,
    ):
        shown.expect("Your answer:")
        shown.type("o")
        shown.expect("$ sh -c")
        shown.type("\x03")
        shown.expect("Stopping …")
        shown.expect("Stopped.")
        assert shown.end() == 130
    assert not (folder / "after").exists()


def test_ctrl_c_at_the_question(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(terminal, "chat", f"run touch {folder}/never.txt") as shown:
        shown.expect("Your answer:")
        shown.type("\x03")
        shown.expect("Stopped.")
        assert shown.end() == 130
    assert not (folder / "never.txt").exists()


def test_a_lost_connection_loses_nothing(
    installation: Installation, terminal: Terminal, folder: Path
) -> None:
    with Gate(folder) as gate:
        command = f"run sh -c 'echo before; touch {folder}/x; read _ < {folder}/gate; echo after'"
        with PseudoTerminal(terminal, "chat", command, columns=100) as shown:
            shown.expect("Your answer:")
            shown.type("o")
            shown.expect("│ before")
            installation.relay.cut()
            shown.expect("The connection was lost; trying again …")
            gate.let_through()
            shown.expect("│ after")
            shown.expect("✓ exit code 0")
            assert shown.end() == 0
            assert [shown.seen.count(f"│ {word}") for word in ("before", "after")] == [1, 1]


@pytest.fixture
def steady(installation: Installation) -> Installation:
    """The machine is online, so that the next connection is the command's."""
    while not installation.is_online():
        pass
    return installation


def test_a_lost_answer_is_asked_for_again(steady: Installation, terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(terminal, "chat", f"run touch {folder}/kept.txt") as shown:
        shown.expect("Your answer:")
        lost = steady.relay.lose_from_newest()
        shown.type("o")
        assert lost.wait(60)
        steady.relay.cut()
        shown.expect("trying again …")
        shown.expect("Your answer:")
        assert not (folder / "kept.txt").exists()
        shown.type("o")
        shown.expect("✓ exit code 0")
        assert shown.end() == 0
    assert (folder / "kept.txt").exists()


def test_a_lost_wish_to_stop_is_sent_again(steady: Installation, terminal: Terminal, folder: Path) -> None:
    with (
        Gate(folder),
        PseudoTerminal(terminal, "chat", f"run sh -c 'read _ < {folder}/gate; touch {folder}/x'") as shown,
    ):
        shown.expect("Your answer:")
        shown.type("o")
        shown.expect("$ sh -c")
        lost = steady.relay.lose_from_newest()
        shown.type("\x03")
        assert lost.wait(60)
        steady.relay.cut()
        shown.expect("trying again …")
        shown.expect("Stopped.")
        assert shown.end() == 130
    assert not (folder / "x").exists()


def test_a_question_is_asked_again_after_a_lost_connection(
    installation: Installation, terminal: Terminal, folder: Path
) -> None:
    with PseudoTerminal(terminal, "chat", f"run touch {folder}/kept.txt") as shown:
        shown.expect("Your answer:")
        installation.relay.cut()
        shown.expect("trying again …")
        shown.expect("Your answer:")
        shown.type("o")
        shown.expect("✓ exit code 0")
        assert shown.end() == 0
    assert (folder / "kept.txt").exists()


def test_a_conversation(terminal: Terminal, folder: Path) -> None:
    with PseudoTerminal(terminal, "chat", columns=60) as shown:
        shown.expect("›")
        shown.type(f"list the files in {folder}\n")
        shown.expect("✓ 0 entries")
        shown.expect("›")
        shown.type("hello \\\nthere\n")
        shown.expect("demo model")
        shown.expect("›")
        shown.type("\x04")
        assert shown.end() == 0
    conversation = terminal.answer("conversations", "list", "--limit", "1")["items"][0]
    shown_later = terminal.answer("conversations", "show", conversation["id"])
    assert [m["parts"][0]["text"] for m in shown_later["messages"] if m["role"] == "user"] == [
        f"list the files in {folder}",
        "hello \nthere",
    ]


def test_a_conversation_goes_on_with_another_machine_named(terminal: Terminal) -> None:
    first = terminal.run("chat", "hello", "--json", "--device", "laptop 笔记本").lines[0]["conversationId"]
    again = terminal.run("chat", "hello", "--json", "--conversation", first[-12:])
    assert again.lines[0]["conversationId"] == first
    kept = terminal.run("chat", "hello", "--json", "--conversation", "main").lines[0]["conversationId"]
    assert kept.startswith("conv_")
    assert terminal.run("chat", "hello", "--device", "toaster").code == 5


def test_a_program_is_stopped_like_a_person(terminal: Terminal, folder: Path) -> None:
    running = terminal.start("chat", f"run touch {folder}/x.txt", "--json")
    assert running.stdout is not None
    while '"event":"approval"' not in running.stdout.readline():
        pass
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert '"state":"aborted"' in out.splitlines()[-1]


@pytest.mark.parametrize(("arguments", "code"), [(["chat", "  "], 2), (["chat"], 2), (["chat", "--json"], 2)])
def test_nothing_to_say(terminal: Terminal, arguments: list[str], code: int) -> None:
    assert terminal.run(*arguments).code == code
