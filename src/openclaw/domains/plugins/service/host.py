"""What a plugin may ask its host for: only what it was granted, so often and so much, and in words when it fails."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog

from openclaw.domains.plugins.service.running import Installed
from openclaw.kit.errors import OpenClawError
from openclaw.sandbox.browser.pages import PageCall
from openclaw.sandbox.calls import Connection, NetworkGrant
from openclaw.sandbox.client import HostCall
from openclaw.sandbox.egress.fetch import HttpCall

_log = structlog.get_logger(__name__)
_MOST = {
    "http": 200,
    "page": 20,
    "llm": 20,
    "device": 50,
    "notify": 10,
    "email": 20,
    "database.query": 50,
    "secret": 200,
}
_MOST_ENTRIES = 2_000
_MISSING = {
    "llm": "models are asked from workflow steps only",
    "device": "machines are reached from workflow steps only",
    "notify": "people are notified by the plugin's actions only",
    "email": "mail is sent by the plugin's actions only",
    "database.query": "databases are asked from workflow steps only",
}
_NETWORK_BYTES = 64 << 20

Keep = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""Answers ``kv.*``."""


class Host:
    """The host calls of one call of a plugin."""

    def __init__(
        self,
        plugin: Installed,
        keep: Keep,
        others: Mapping[str, HostCall],
        *,
        internal: Collection[str] = (),
    ) -> None:
        network = plugin.permissions.network
        self.network = (
            NetworkGrant(hosts=network.hosts, connections=_MOST["http"], total_bytes=_NETWORK_BYTES)
            if network
            else None
        )
        self._plugin = plugin
        self._http = HttpCall(self.network, internal=internal) if self.network else None
        self._lock = asyncio.Lock()
        self.calls: dict[str, HostCall] = {"secret": _bounded(self._secret, _MOST["secret"])}
        for name in ("kv.get", "kv.set", "kv.delete", "kv.keys"):
            self.calls[name] = _bounded(self._keeping(name, keep), _MOST_ENTRIES)
        if self._http is not None:
            self.calls["http"] = _bounded(self._http, _MOST["http"])
            self.calls["page"] = _bounded(PageCall(self._http), _MOST["page"])
        else:
            self.calls["page"] = _refusing("no hosts were granted")
        for name, reason in _MISSING.items():
            given = others.get(name)
            self.calls[name] = _bounded(given, _MOST[name]) if given else _refusing(reason)
        if (device := others.get("device")) is not None:
            self.calls["device"] = _bounded(self._on_device(device), _MOST["device"])

    @property
    def refused_connections(self) -> list[Connection]:
        """Tries to reach what was not granted."""
        return (
            []
            if self._http is None
            else [each for each in self._http.connections if each.decision != "allow"]
        )

    def _on_device(self, call: HostCall) -> HostCall:
        async def answer(parameters: Mapping[str, Any]) -> Any:
            granted = self._plugin.permissions.device
            tool = str(parameters.get("tool"))
            if granted is None or tool not in granted.tools:
                raise ValueError(f"the tool {tool[:60]} was not granted")
            return await call(parameters)

        return answer

    async def _secret(self, parameters: Mapping[str, Any]) -> str:
        granted = self._plugin.permissions.secrets
        name = str(parameters.get("name"))
        if granted is None or name not in granted.names:
            raise ValueError(f"the secret {name[:64]} was not granted")
        if name not in self._plugin.secrets:
            raise ValueError(f"the secret {name} is not set for this plugin")
        return self._plugin.secrets[name]

    def _keeping(self, name: str, keep: Keep) -> HostCall:
        async def answer(parameters: Mapping[str, Any]) -> Any:
            async with self._lock:  # one after another, also when the code asks several at once
                return await keep(name, parameters)

        return answer


def _bounded(call: HostCall, most: int) -> HostCall:
    left = most

    async def answer(parameters: Mapping[str, Any]) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"asked more than {most} times")
        try:
            return await call(parameters)
        except (ValueError, TypeError, KeyError, OSError):
            raise  # words for the plugin already
        except OpenClawError as error:
            raise ValueError(error.words()) from None
        except Exception as error:  # noqa: BLE001  (the code waits for an answer, whatever happened here)
            _log.exception("a plugin's host call failed", exc_info=error)
            raise ValueError("the server could not do it") from None

    return answer


def _refusing(reason: str) -> HostCall:
    async def answer(_parameters: Mapping[str, Any]) -> Any:
        raise ValueError(reason)

    return answer
