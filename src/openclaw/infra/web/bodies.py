"""Bodies are read strictly: what two readers might read differently is refused."""

import json
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class MalformedBodyError(OpenClawError):
    """The body is no JSON, or JSON that two readers may read differently."""

    code: ClassVar[str] = "request.malformed"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The body is not JSON that can be read in one way only: {reason}"
    template_zh: ClassVar[str] = "请求体不是含义唯一的 JSON：{reason}"

    reason: str


class StrictRequest(Request):
    """A request whose JSON body is UTF-8, gives every field once and holds no number that a row could not hold."""

    async def json(self) -> Any:
        """The decoded body. Raises MalformedBodyError."""
        if not hasattr(self, "_json"):
            try:
                self._json = json.loads(
                    (await self.body()).decode(),
                    object_pairs_hook=_once,
                    parse_constant=_refuse,
                    parse_int=_integer,
                    parse_float=_float,
                )
            except RecursionError:
                raise MalformedBodyError(reason="nested too deep") from None
            except ValueError as error:
                raise MalformedBodyError(reason=str(error)[:200]) from None
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI, given a strict request."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(StrictRequest(request.scope, request.receive))
            except HTTPException as error:
                if isinstance(error.__cause__, MalformedBodyError):
                    raise error.__cause__ from None  # FastAPI puts words of its own around whatever a body raises
                raise

        return handle


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) != len(pairs):
        raise ValueError("a field is given twice")
    return decoded


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int:
    if not -(2**63) <= (number := int(digits)) < 2**64:
        raise ValueError("an integer is beyond 64 bits")
    return number


def _float(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError("a number is too large")
    return number
