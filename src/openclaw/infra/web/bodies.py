"""Bodies are read strictly: what two readers might read differently is refused."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute


class StrictRequest(Request):
    """A request whose JSON body is UTF-8, gives every field once and holds no NaN or infinity."""

    async def json(self) -> Any:
        """The decoded body. Raises RequestValidationError."""
        if not hasattr(self, "_json"):
            try:
                self._json = json.loads((await self.body()).decode(), object_pairs_hook=_once, parse_constant=_refuse)
            except (ValueError, RecursionError) as error:
                problem = {"loc": ("body",), "msg": str(error)[:200] or "not JSON", "type": "json_invalid"}
                raise RequestValidationError([problem]) from None
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its body strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI, given a strict request."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return handle


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    decoded = dict(pairs)
    if len(decoded) != len(pairs):
        raise ValueError("a field is given twice")
    return decoded


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
