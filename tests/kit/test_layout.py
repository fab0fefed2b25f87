"""Words in columns: the widths of a terminal, where a Chinese character takes two cells."""

import pytest

from openclaw.kit.layout import cell_width, clip, two_columns, wrap

MIXED = "在 ~/Documents 创建 notes.txt，写三行；then run `uname -a` and report what it says（不要写文件）。"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("中文", 4), ("a中", 3), ("e\u0301", 1), ("", 0)])
def test_cells(text: str, width: int) -> None:
    assert cell_width(text) == width


@pytest.mark.parametrize("width", range(8, 90, 7))
def test_lines_fit_and_lose_nothing(width: int) -> None:
    lines = wrap(MIXED, width)
    assert all(cell_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(MIXED.split())


def test_punctuation_stays_with_what_it_ends() -> None:
    assert all(line[:1] not in "，；）。" for width in range(14, 60) for line in wrap(MIXED, width))


def test_a_word_that_is_too_long_is_broken() -> None:
    assert wrap("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_what_is_cut_says_so() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("中文字符", 5) == "中文…"
    assert clip("short", 5) == "short"


@pytest.mark.parametrize("width", [40, 60, 100])
def test_columns_line_up(width: int) -> None:
    rows = [
        ("--json", "answer in JSON"),
        ("--名称", MIXED),
        ("--a-very-long-option-that-has-a-line NAME", "x"),
    ]
    lines = two_columns(rows, width)
    assert all(cell_width(line) <= width for line in lines)
