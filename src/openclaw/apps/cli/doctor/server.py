"""Checks against the server that commands use: it answers, agrees on the time, knows the person, has a model."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from openclaw.apps.cli.addresses import is_loopback
from openclaw.apps.cli.api import Api, chosen_server, open_store
from openclaw.apps.cli.chat.gateway import GatewayLostError, open_gateway
from openclaw.apps.cli.config import language
from openclaw.apps.cli.doctor.check import Finding
from openclaw.apps.cli.errors import NotLoggedInError, ServerRefusedError, SessionEndedError
from openclaw.apps.cli.words import say
from openclaw.kit.clock import SystemClock
from openclaw.kit.errors import OpenClawError

_SECONDS = 10.0
_SKEW_NOTED = 30
_SKEW_HARMFUL = 300


def check_server(typed: str | None) -> list[Finding]:
    """Every check that needs the server; those that need one that failed are skipped."""
    try:
        store = open_store()
        server = chosen_server(typed, store)
    except OpenClawError as error:
        return [Finding("server", "fail", error.words(language()))]
    answer, reason = _health(server)
    if answer is None:
        fix = say("fix_server_local") if is_loopback(server) else say("fix_server_remote")
        skipped = [
            Finding(name, "skip", say("found_no_server")) for name in ("clock", "login", "gateway", "model")
        ]
        return [
            Finding("server", "fail", say("found_unreachable", server=server, reason=reason), fix),
            *skipped,
        ]
    findings = [_check_health(server, answer), _check_clock(answer)]
    with Api(server, store) as api:
        findings.append(login := _check_login(api))
        if login.state == "ok":
            findings += [_check_gateway(api), _check_model(api)]
        else:
            findings += [Finding(name, "skip", say("found_no_login")) for name in ("gateway", "model")]
    return findings


def _health(server: str) -> tuple[httpx2.Response | None, str]:
    try:
        with httpx2.Client(timeout=_SECONDS, trust_env=not is_loopback(server)) as client:
            answer = client.get(f"{server}/readyz")
    except httpx2.TimeoutException:
        return None, say("reason_timeout")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError):
        return None, say("reason_no_connection")
    try:
        body: Any = answer.json()
    except ValueError:
        body = None
    return (answer, "") if isinstance(body, dict) and "version" in body else (None, say("reason_form"))


def _check_health(server: str, answer: httpx2.Response) -> Finding:
    body = answer.json()
    told = say("found_server", server=server, version=body["version"])
    if answer.is_success and body.get("status", "healthy") == "healthy":
        return Finding("server", "ok", told)
    checks: dict[str, dict[str, Any]] = body.get("checks") or {}
    sick = [f"{name}: {part['error']}" for name, part in checks.items() if part.get("error")]
    state = "warn" if answer.is_success else "fail"
    return Finding("server", state, say("comma").join([told, *sick]), say("fix_server_sick"))


def _check_clock(answer: httpx2.Response) -> Finding:
    try:
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError):
        return Finding("clock", "skip", say("found_no_date"))
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    skew = abs(_seconds_between(SystemClock().now(), theirs))
    if skew < _SKEW_NOTED:
        return Finding("clock", "ok", say("found_clock_right"))
    return Finding(
        "clock",
        "fail" if skew >= _SKEW_HARMFUL else "warn",
        say("found_skew", seconds=int(skew)),
        say("fix_clock"),
    )


def _seconds_between(one: datetime, other: datetime) -> float:
    return (one - other).total_seconds()


def _check_login(api: Api) -> Finding:
    try:
        me = api.get("/users/me")
    except NotLoggedInError:
        state = _anonymous(api)
        fix = (
            say("fix_sign_up", server=api.server)
            if state.get("hasUsers") is False
            else f"openclaw login {api.server}"
        )
        return Finding("login", "warn", say("found_logged_out"), fix)
    except SessionEndedError:
        return Finding("login", "warn", say("found_session_ended"), f"openclaw login {api.server}")
    except OpenClawError as error:
        return Finding("login", "fail", error.words(language()))
    return Finding(
        "login", "ok", say("found_login", name=me["user"]["username"], workspace=me["workspace"]["name"])
    )


def _anonymous(api: Api) -> dict[str, Any]:
    try:
        return api.send_anonymous("GET", "/auth/config")
    except OpenClawError:
        return {}


def _check_gateway(api: Api) -> Finding:
    try:
        ticket = api.post("/auth/gateway-ticket")
    except OpenClawError as error:
        return Finding("gateway", "fail", error.words(language()))
    try:
        asyncio.run(_greet(ticket["url"], ticket["ticket"]))
    except GatewayLostError as lost:
        return Finding("gateway", "fail", f"{ticket['url']}: {lost}", say("fix_gateway"))
    except ServerRefusedError as refused:
        return Finding("gateway", "fail", f"{ticket['url']}: {refused.detail}", say("fix_gateway"))
    return Finding("gateway", "ok", ticket["url"])


async def _greet(url: str, ticket: str) -> None:
    async with open_gateway(url, ticket, asyncio.Queue()):
        pass


def _check_model(api: Api) -> Finding:
    try:
        models = api.get("/models")["items"]
    except OpenClawError as error:
        return Finding("model", "fail", error.words(language()))
    first = models[0] if models else None
    if first is None or first["demo"]:
        return Finding("model", "warn", say("found_demo"), say("fix_model", server=api.server))
    return Finding("model", "ok", f"{first['name']} ({first['provider']})")
