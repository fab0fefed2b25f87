"""Where files of a result stand: names that mean the same on every system and lead nowhere else."""

import re
import unicodedata

from openclaw.domains.artifacts.schemas import SLUG_PATTERN

MAX_PATH = 400
_MOST_PARTS = 20
# Also what turns the direction of writing around, by which one ending is read as another.
_BAD = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\\u2028-\u202e\u2066-\u2069]')
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))})
_SLUG = re.compile(SLUG_PATTERN)


class BadPath(ValueError):  # noqa: N818  (a value the caller turns into its own error)
    """The path leads out, or is not one for every system; the message says why."""


def safe_path(path: str) -> str:
    """``path`` in its one spelling: relative, with ``/``, composed (NFC). Raises BadPath."""
    text = unicodedata.normalize("NFC", path)
    if not text or len(text) > MAX_PATH:
        raise BadPath(f"a path has 1 to {MAX_PATH} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadPath("it is no text") from None
    if _BAD.search(text):
        raise BadPath("it holds characters that no path may have everywhere")
    parts = text.split("/")
    if len(parts) > _MOST_PARTS:
        raise BadPath(f"it is more than {_MOST_PARTS} levels deep")
    for part in parts:
        if part in ("", ".", "..") or part[-1] in ". " or part[0] == " ":
            raise BadPath("it has a part that is empty, or means another folder")
        if part.partition(".")[0].lower() in _DEVICES:
            raise BadPath("it has a name that is a device on some systems")
    return text


def one_spelling(path: str) -> str:
    """What two paths have in common that some system takes for the same."""
    return unicodedata.normalize("NFKC", path).casefold()


def is_slug(text: str) -> bool:
    """Whether ``text`` can name a site: 3 to 63 of ``a-z 0-9 -``, no ``-`` at its ends."""
    return _SLUG.fullmatch(text) is not None


def slug_of(title: str, mark: str) -> str:
    """A name for a site from its title, with ``mark`` (letters and digits) to tell it from others."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    return f"{words}-{mark}" if words else f"site-{mark}"
