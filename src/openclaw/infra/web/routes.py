"""Declare a route's errors, so that OpenAPI is complete and the clients' types know them."""

from typing import Any

from fastapi import APIRouter

from openclaw.infra.web.bodies import MalformedBodyError, StrictRoute
from openclaw.infra.web.errors import STATUS
from openclaw.kit.errors import InvalidInputError, OpenClawError, RateLimitedError, UnavailableError

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem document with a stable code.",
    "required": ["type", "title", "status", "code", "detail", "data", "requestId"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "data": {"type": "object", "additionalProperties": True},
        "requestId": {"type": "string"},
    },
}
CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ALWAYS = {
    "404": "request.no_such_route, workspaces.not_found (by the X-Workspace-Id header)",
    "406": "request.unsupported_version",
    "408": "request.too_slow",
    "413": "request.too_large",
    "421": "request.foreign_host",
    "500": "internal",
}
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, for clients."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "openclaw_session",
        "description": "The browser's session; changes also need the header X-CSRF-Token.",
    },
}
_WORKSPACE_HEADER = {
    "name": "X-Workspace-Id",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The workspace to work in; the personal one when left out.",
}


def slice_router(tag: str) -> APIRouter:
    """The router of a slice, which reads bodies strictly; ``tag`` groups its operations in OpenAPI."""
    return APIRouter(tags=[tag], route_class=StrictRoute)


def errors(*declared: type[OpenClawError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI ``responses`` for the errors that a route may answer; the ones that any route may are added."""
    by_status: dict[int, list[str]] = {}
    for error in (*declared, InvalidInputError, RateLimitedError, UnavailableError):
        by_status.setdefault(STATUS[error.kind], []).append(error.code)
    return {
        status: {"description": ", ".join(sorted(set(codes))), "content": CONTENT}
        for status, codes in by_status.items()
    }


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with what middleware and authentication add to every operation."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["securitySchemes"] = _SECURITY
    for operations in document["paths"].values():
        for method, operation in operations.items():
            responses = operation["responses"]
            for status, description in _ALWAYS.items():
                responses.setdefault(status, {"description": description, "content": CONTENT})
            if "requestBody" in operation:
                responses.setdefault("400", {"description": MalformedBodyError.code, "content": CONTENT})
            if "401" not in responses:
                continue
            operation["security"] = [{"bearer": []}, {"session": []}]
            operation.setdefault("parameters", []).append(_WORKSPACE_HEADER)
            if method != "get":
                responses.setdefault("403", {"description": "identity.csrf", "content": CONTENT})
    return document
