"""A page as a browser made it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """``url`` is where redirects and scripts led; ``html`` what stands there now."""

    url: str
    status: int
    html: str

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300
