"""Pieces, codes, commands and words, as tables."""

import pytest

from openclaw.domains.channels.policy.codes import new_pairing_code, new_question_code, pairing_code_in, plain
from openclaw.domains.channels.policy.commands import AnswerTo, Command, understand
from openclaw.domains.channels.policy.pieces import MOST_PIECES, pieces
from openclaw.domains.channels.policy.words import _STATES, _WORDS, say, state_in


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two", "three"]),
        ("first. second", 9, ["first.", "second"]),
        ("a\n\nb c d e f", 8, ["a\n\nb c", "d e f"]),
        ("0123456789", 4, ["0123", "4567", "89"]),
        ("😀😀😀", 4, ["😀😀", "😀"]),
        ("bell\x07 and \x00nul", 40, ["bell and nul"]),
        ("  ", 4, ["…"]),
    ],
)
def test_a_text_in_pieces(text: str, longest: int, expected: list[str]) -> None:
    assert pieces(text, longest) == expected


def test_of_a_very_long_text_the_rest_is_left_out() -> None:
    found = pieces("x" * 1_000, 10)
    assert len(found) == MOST_PIECES
    assert found[-1] == "xxxxxxxxx…"
    assert all(len(piece) <= 10 for piece in found)


def test_codes_are_read_as_people_copy_them() -> None:
    code = new_pairing_code()
    assert code != new_pairing_code()
    for text in (code, code.lower(), f" {code} ", f"/start {code}", code.replace("-", "")):
        assert pairing_code_in(text) == plain(code), text
    for text in ("", "/start", "hello", f"{code} please", f"{code}A", code[:-1], "0" * 10, "A" * 10_000):
        assert pairing_code_in(text) is None, text[:30]
    assert pairing_code_in(new_question_code()) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/new", Command("new")),
        (" /NEW@my_bot ", Command("new")),
        ("/stop", Command("stop")),
        ("/start", Command("help")),
        ("/new idea for a song", None),
        ("approve ABC234", AnswerTo("ABC234", is_allowed=True)),
        ("/Deny abc-234", AnswerTo("ABC234", is_allowed=False)),
        ("批准 abc234", AnswerTo("ABC234", is_allowed=True)),
        ("拒绝：ABC234", AnswerTo("ABC234", is_allowed=False)),
        ("approve ABC234 and then go on", None),
        ("please approve ABC234", None),
        ("approve", None),
        ("hello", None),
        ("", None),
    ],
)
def test_what_is_wanted(text: str, expected: object) -> None:
    assert understand(text) == expected


def test_words_are_there_in_both_languages_with_the_same_places() -> None:
    data = dict.fromkeys(
        ("name", "error", "asker", "tool", "device", "summary", "code", "link", "limit"), "x"
    )
    data |= {"title": "x", "state": "x"}
    for line, (english, chinese) in _WORDS.items():
        assert say(line, "en", **data) == english.format(**data)
        assert say(line, "zh", **data) == chinese.format(**data)
        assert "你" not in chinese, line
    assert {state_in("zh", state) for state in _STATES} == {zh for _, zh in _STATES.values()}
    assert state_in("en", "another") == "another"
