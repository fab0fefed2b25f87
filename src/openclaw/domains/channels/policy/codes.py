"""Codes that people copy: one pairs a channel with who sends it, others name a question."""

import re
import secrets

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without what is taken for another
_PAIRING = 10
_QUESTION = 6
_SHAPE = re.compile(rf"[{_ALPHABET}]{{{_PAIRING}}}")


def new_pairing_code() -> str:
    """50 random bits, in two groups: good once, for ten minutes."""
    code = _random(_PAIRING)
    return f"{code[:5]}-{code[5:]}"


def new_question_code() -> str:
    """30 random bits: it names a question among one channel's, and only the bound person is asked for it."""
    return _random(_QUESTION)


def pairing_code_in(text: str) -> str | None:
    """The code that a text is, as `plain` has it; also behind Telegram's ``/start``."""
    words = text.strip().split()
    if words and words[0].lower() == "/start":
        words = words[1:]
    if len(words) != 1 or len(words[0]) > 20:
        return None
    code = plain(words[0])
    return code if _SHAPE.fullmatch(code) else None


def plain(code: str) -> str:
    """A code without what people put between, in capitals."""
    return code.replace("-", "").upper()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
