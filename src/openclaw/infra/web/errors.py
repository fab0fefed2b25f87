"""Errors to RFC 9457 problem documents."""

from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from openclaw.infra.db import is_transient
from openclaw.infra.web.bodies import MalformedBodyError
from openclaw.infra.web.context import language_of, request_id_of
from openclaw.kit.errors import InternalError, InvalidInputError, Kind, OpenClawError, UnavailableError

_log = structlog.get_logger(__name__)
STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.QUOTA: 429,
    Kind.UNAVAILABLE: 503,
    Kind.INTERNAL: 500,
}
_HTTP_CODES = {
    400: MalformedBodyError.code,
    404: "request.no_such_route",
    405: "request.method_not_allowed",
    406: "request.unsupported_version",
}


def problem(request: Request, error: OpenClawError) -> Response:
    """The problem document for an expected failure."""
    status = 400 if isinstance(error, MalformedBodyError) else STATUS[error.kind]
    headers = {}
    if "retry_after_seconds" in error.data:
        headers["Retry-After"] = str(error.data["retry_after_seconds"])
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(
        status,
        code=error.code,
        title=error.words(language_of(request)),
        data=error.data,
        request_id=request_id_of(request),
        headers=headers,
    )


def problem_response(
    status: int,
    *,
    code: str,
    title: str,
    request_id: str,
    data: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document from its parts."""
    body = {
        "type": f"/errors/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": title,
        "data": {_camel(key): value for key, value in (data or {}).items()},
        "requestId": request_id,
    }
    return Response(
        orjson.dumps(body, default=str),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def install_error_handlers(app: FastAPI) -> None:
    """Answer every failure of ``app`` with a problem document."""
    app.add_exception_handler(OpenClawError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, OpenClawError)
    _log.info("request refused", code=error.code)
    return problem(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    return problem(request, InvalidInputError(field=place[:200] or "body", reason=str(first["msg"])[:300]))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, f"http.{error.status_code}")
    headers = dict(error.headers) if error.headers else None
    return problem_response(
        error.status_code,
        code=code,
        title=str(error.detail),
        request_id=request_id_of(request),
        headers=headers,
    )


async def _defect(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError) and is_transient(error):
        return problem(request, UnavailableError(part="database"))
    _log.exception("request failed", exc_info=error)
    return problem(request, InternalError(request_id=request_id_of(request)))


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
