"""`openclaw chat --pi`: a conversation with a machine's own Pi, its questions asked at the terminal."""

from pathlib import Path

import pytest

from tests.apps.cli.installation import Installation, Terminal
from tests.apps.cli.pseudo_terminal import PseudoTerminal
from tests.support.pi_chat import doing


def test_pi_works_and_its_calls_are_asked_here(installation: Installation, terminal: Terminal) -> None:
    file = installation.home / "by-pi.txt"
    with PseudoTerminal(terminal, "chat", "--pi", doing(f"touch {file}"), columns=160) as shown:
        card = shown.expect("Your answer:")
        words = card.replace("┃", "").split()  # a long path makes lines of its own
        assert f"touch{file}" in "".join(words)
        shown.type("o")
        shown.expect("Done.")
        shown.expect("conv_")
        assert shown.end() == 0
    assert file.exists()
    (newest,) = terminal.answer("conversations", "list")["items"][:1]
    assert (newest["runtime"], newest["syncMode"]) == ("pi", "full")


def test_what_an_extension_asks_is_chosen_here(terminal: Terminal) -> None:
    with PseudoTerminal(terminal, "chat", "--pi", "/ask select", columns=100) as shown:
        card = shown.expect("Your answer:")
        assert "Sure?" in card
        assert "2) b" in card
        shown.type("o")
        shown.expect("its number")
        shown.type("7\n")  # no such choice
        shown.expect("its number")
        shown.type("2\n")
        shown.expect("✓")
        shown.type("\x03")
        shown.expect("Stopped.")
        assert shown.end() == 130
    asked = terminal.answer("approvals", "list", "--all")["items"][0]
    assert (asked["tool"], asked["state"]) == ("pi.ask", "allowed")


def test_words_stay_on_the_machine(terminal: Terminal) -> None:
    done = terminal.run("chat", "--pi", "--device", "laptop", "--sync", "local_only", "Hello", "--json")
    assert done.code == 0, done.err
    end = done.lines[-1]
    assert (end["state"], end["text"]) == ("completed", "")
    assert end["usage"]["outputTokens"] > 0


@pytest.mark.parametrize(
    "arguments",
    [("--pi", "-c", "main"), ("--sync", "full"), ("--pi", "--sync", "some"), ("--pi", "--device", "none")],
)
def test_what_does_not_go_together(terminal: Terminal, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = terminal.run("chat", *arguments, "Hello")
    assert done.code in {2, 5}
    assert done.out == ""
