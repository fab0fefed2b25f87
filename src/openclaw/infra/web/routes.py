"""Declare a route's errors, so that OpenAPI is complete and the clients' types know them."""

from typing import Any

from pydantic import BaseModel

from openclaw.infra.web.errors import STATUS
from openclaw.kit.errors import InvalidInputError, OpenClawError, RateLimitedError, UnavailableError


class Problem(BaseModel):
    """RFC 9457 problem document with a stable code."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    data: dict[str, Any]
    requestId: str  # noqa: N815  (the name on the wire)


def errors(*declared: type[OpenClawError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI ``responses`` for the errors that a route may answer; the ones that any route may are added."""
    by_status: dict[int, list[str]] = {}
    for error in (*declared, InvalidInputError, RateLimitedError, UnavailableError):
        by_status.setdefault(STATUS[error.kind], []).append(error.code)
    return {
        status: {
            "model": Problem,
            "description": ", ".join(sorted(set(codes))),
            "content": {"application/problem+json": {}},
        }
        for status, codes in by_status.items()
    }
