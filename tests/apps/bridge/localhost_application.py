"""An application that lets everything in, so that the server's own limits can be seen."""

from openclaw.apps.bridge.localhost.requests import Answer, Request
from openclaw.apps.bridge.localhost.server import Application
from openclaw.kit.errors import OpenClawError


class OkApplication(Application):
    def admit(self, request: Request) -> None:
        pass

    async def answer(self, request: Request) -> Answer:
        return Answer(200, {"bytes": len(request.body)})

    def refused(self, request: Request | None, error: OpenClawError) -> None:
        pass

    def shared_headers(self, request: Request) -> list[tuple[str, str]]:
        return []
