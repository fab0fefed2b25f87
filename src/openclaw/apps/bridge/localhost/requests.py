"""A request as the guard and the routes see it, and what they answer."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Headers = list[tuple[bytes, bytes]]
Holder: TypeAlias = Literal["owner", "page"]


@dataclass(frozen=True)
class Request:
    """One parsed request. Header names are lowercase; ``body`` is complete."""

    method: str
    target: str
    headers: Headers
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.split("?", 1)[0]

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]

    @property
    def language(self) -> str:
        """``zh`` for a reader of Chinese, else ``en``."""
        return "zh" if (self.value("accept-language") or "").strip().lower().startswith("zh") else "en"

    def values(self, name: str) -> list[str]:
        """Every value of the header ``name`` (lowercase)."""
        wanted = name.encode()
        return [value.decode("latin-1") for key, value in self.headers if key == wanted]

    def value(self, name: str) -> str | None:
        """The first value of the header ``name``, or None."""
        return next(iter(self.values(name)), None)


@dataclass(frozen=True)
class Caller:
    """Who asks, once the guard has let the request in.

    ``origin`` is an allowed web origin, or None for a program; ``holder``: of the owner's local token, or of a page's
    token for this very origin.
    """

    origin: str | None
    holder: Holder | None

    @property
    def is_owner(self) -> bool:
        """It holds the owner's local token."""
        return self.holder == "owner"


@dataclass
class Answer:
    """A status, a JSON body (None = empty) and headers besides the standing ones."""

    status: int
    body: dict[str, Any] | None = None
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    content_type: str = "application/json"
