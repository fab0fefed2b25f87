"""Options among the words of a command, and the judgements that they lead to."""

from collections.abc import Sequence

from openclaw.protocol.risk import Grade
from openclaw.protocol.shell_words import Word

Judgement = tuple[Grade, str, bool]  # grade, why, opaque
READS: Judgement = (Grade.READ, "only reads", False)
CHANGES: Judgement = (Grade.MODIFY, "changes things, or is not known", False)
HIDDEN: Judgement = (Grade.MODIFY, "its options can start other programs", True)
DELETES: Judgement = (Grade.HIGH, "deletes", False)
UNTOLD: Judgement = (Grade.MODIFY, "an option of it is only known when it runs", True)


def has_option(words: Sequence[Word], *, letters: str = "", long: Sequence[str] = ()) -> bool:
    """Whether an option stands among ``words``: in a cluster of letters, or long and perhaps shortened."""
    for word in words:
        text = word.text
        if text == "--":
            return False
        if text.startswith("--"):
            name = text.split("=", 1)[0]
            if any(option.startswith(name) for option in long):
                return True
        elif text.startswith("-") and any(letter in text[1:] for letter in letters):
            return True
    return False


def names_something_later(words: Sequence[Word]) -> bool:
    """Whether a word is only known when the command runs."""
    return any(word.dynamic for word in words)


def may_be_option(words: Sequence[Word]) -> bool:
    """Whether a word may turn out to be an option: only known later, or a pattern that a file name decides."""
    for index, word in enumerate(words):
        if word.text == "--" and not word.dynamic:
            return any(following.dynamic for following in words[index + 1 :])
        if word.dynamic or (word.glob and word.text[:1] in tuple("*?[-")):
            return True
    return False


def operands(words: Sequence[Word]) -> list[Word]:
    """The words that are not options; all after ``--``."""
    found: list[Word] = []
    for index, word in enumerate(words):
        if word.text == "--" and not word.dynamic:
            return [*found, *words[index + 1 :]]
        if word.dynamic or not word.text.startswith("-") or word.text == "-":
            found.append(word)
    return found
