"""An answer's changes are shown and taken back at the terminal, on a real machine."""

from tests.apps.cli.installation import Installation, Terminal
from tests.apps.cli.pseudo_terminal import PseudoTerminal


def test_undo(installation: Installation, terminal: Terminal) -> None:
    file = installation.home / "undo-me" / "notes.txt"
    with PseudoTerminal(terminal, "chat", "create notes.txt with two lines in ~/undo-me") as shown:
        shown.expect("Your answer:")
        shown.type("o")
        assert shown.end() == 0
    assert file.exists()
    conversation = terminal.answer("conversations", "list", "--limit", "1")["items"][0]["id"]

    previewed = terminal.answer("undo", conversation, "--preview")
    assert [path["action"] for path in previewed["machines"][0]["paths"]] == ["remove", "remove"]
    asked = terminal.run("undo", conversation)
    assert (asked.code, file.exists()) == (6, True), "there is nobody to ask"
    assert "-Line 1" in asked.out
    with PseudoTerminal(terminal, "undo", conversation) as shown:
        shown.expect("Undo 2 changes?")
        shown.type("y\n")
        shown.expect("2 changes undone")
        assert shown.end() == 0
    assert not file.parent.exists()
    assert "There is nothing to undo." in terminal.run("undo", conversation, "--yes").out
