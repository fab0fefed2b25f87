"""What others wrote, shown at a terminal."""

import random

from openclaw.apps.cli.output import printable


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    letters = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x200B, 0x202E, 0x2066, 0xFEFF)]
    random.Random(1).shuffle(letters)
    shown = printable("".join(letters))
    assert all(letter.isprintable() or letter in "\n\t" for letter in shown)
    assert len(shown) == len(letters)
