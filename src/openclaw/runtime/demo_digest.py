"""What the demo model makes of a text that it is to sum up: its first lines, said to be no more than that."""

import re

_ASKED = re.compile(
    r"^\s*(?:please\s+)?(?:sum\s+up|summari[sz]e|digest)\b[^\n]*\n\s*\n(?P<text>.+)$"
    r"|^\s*请?(?:总结|概括|摘要)[^\n]*\n\s*\n(?P<zh>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST_TEXT = 40_000
_LINES = 5
_LONGEST_LINE = 160
# Each looks at a bounded piece only: a page full of what never ends must not cost more than its length.
_HIDDEN = re.compile(r"<(script|style|svg)\b[^>]{0,2000}>.{0,4000}?</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_WORDS = {
    "en": "I cannot sum up; these are its first lines:",
    "zh": "我不会概括；以下是开头几行：",
}


def digest(said: str, language: str) -> str | None:
    """The first lines of the text below the question, as a list; None when ``said`` does not ask for a summary."""
    match = _ASKED.match(said[:_LONGEST_TEXT])
    if match is None:
        return None
    text = _TAG.sub("\n", _HIDDEN.sub("\n", match["text"] or match["zh"]))
    lines = [" ".join(line.split())[:_LONGEST_LINE] for line in text.splitlines()]
    return "\n".join(
        [_WORDS[language], "", *(f"- {line}" for line in [line for line in lines if line][:_LINES])]
    )
