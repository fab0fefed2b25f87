"""The cookies of a browser's session, on a server without an address of its own and on one that has it."""

from pathlib import Path

import pytest

from tests.domains.identity.test_cookies import cookies_of
from tests.support.accounts import PASSWORD, register
from tests.support.server import running_server


@pytest.mark.parametrize("public_url", [None, "https://claw.example"])
async def test_the_cookies_are_as_strict_as_they_can_be(
    database_url: str, tmp_path: Path, public_url: str | None
) -> None:
    async with running_server(database_url, tmp_path, public_url=public_url) as server:
        await register(server, "ann")
        body = {"identifier": "ann", "password": PASSWORD, "session": "cookie"}
        response = await server.client().post("/auth/login", json=body)
        cookies = cookies_of(response)
        assert set(cookies) == {"openclaw_session", "openclaw_refresh", "openclaw_csrf"}
        for name, cookie in cookies.items():
            assert cookie["samesite"] == "strict"
            assert cookie.get("httponly", False) is (name != "openclaw_csrf")
            assert cookie.get("secure", False) is (public_url is not None)
            assert "domain" not in cookie
        assert cookies["openclaw_refresh"]["path"] == "/api"
        ages = {name: int(cookie["max-age"]) for name, cookie in cookies.items()}
        month = 30 * 86_400
        assert ages == {"openclaw_session": 900, "openclaw_refresh": month, "openclaw_csrf": month}
        session = response.json()
        assert session["csrfToken"] == cookies["openclaw_csrf"]["value"]
        assert session.get("accessToken") is None
        assert session.get("refreshToken") is None
        assert response.headers["cache-control"] == "no-store"
