"""Servers of the Model Context Protocol elsewhere as plugins: what one lists becomes a package of its own.

An admin agrees to what was seen, by its digest: what a server lists is shown to models, so nothing of it changes by
itself. The server is only ever spoken to from within the sandbox, by the host's requests and under the plugin's grants.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.errors import McpServerError
from openclaw.domains.plugins.models import PluginPackageRow, PluginRow
from openclaw.domains.plugins.schemas import ActionChange, McpOffer
from openclaw.domains.plugins.service import builtin
from openclaw.domains.plugins.service.blocks import check_not_blocked
from openclaw.domains.plugins.service.packages import package_row
from openclaw.domains.plugins.service.running import Installed, installed_of
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.plugins.service.views import actions_of, granted_in, manifest_in, permissions_of
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import InvalidInputError, UnavailableError
from openclaw.kit.ids import new_id
from openclaw.protocol.packages.manifest import Action, Manifest, ResourceLimits, Words
from openclaw.protocol.packages.package import build_package, public_key_of, read_package
from openclaw.protocol.packages.permissions import (
    NetworkPermission,
    Permissions,
    SecretsPermission,
    permission_problem,
)
from openclaw.sdk.mcp import DESCRIPTION
from openclaw.sdk.mcp_tools import action_names, actions_from, clean

SOURCE = "mcp"
_FIRST = "1.0.0"
_CODE = b'''"""A server of the Model Context Protocol: `mcp.json` says which."""

from openclaw.sdk.mcp import HttpServer


class Server(HttpServer):
    """Its tools are the actions."""
'''
_LIMITS = ResourceLimits(memory_mb=256, wall_seconds=300)
_PARTS = ("title", "description", "effect", "input", "output")


@dataclass(frozen=True)
class Server:
    """A server as it is asked: ``headers`` are names of secrets that go along."""

    name: str  # of the plugin
    url: str
    headers: tuple[str, ...]
    host: str  # as a permission names it

    @property
    def signer(self) -> Ed25519PrivateKey:
        """The key of its packages. It says whose tools they are, for kill switches; nothing is trusted for it."""
        return Ed25519PrivateKey.from_private_bytes(
            hashlib.sha256(f"openclaw mcp server {self.host}".encode()).digest()
        )

    @property
    def permissions(self) -> Permissions:
        """What its plugin needs: its host, and its headers."""
        return Permissions(
            network=NetworkPermission(hosts=(self.host,)),
            secrets=SecretsPermission(names=self.headers) if self.headers else None,
        )


@dataclass(frozen=True)
class Seen:
    """What a server lists, as the package that would be installed."""

    package: PluginPackageRow
    archive: bytes


def server_at(name: str, url: str, headers: Iterable[str]) -> Server:
    """A server by its address. Raises InvalidInputError."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode().lower(), parts.port
    except (ValueError, UnicodeError):
        raise InvalidInputError(field="url", reason="is no address") from None
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.fragment:
        raise InvalidInputError(
            field="url", reason="must be http:// or https://, without a user and a fragment"
        )
    is_usual = port is None or port == (443 if parts.scheme == "https" else 80)
    found = Server(name, url, tuple(sorted(headers)), host if is_usual else f"{host}:{port}")
    if permission_problem(found.permissions) is not None:
        raise InvalidInputError(field="url", reason="its host cannot be named in a permission")
    return found


async def server_of(row: PluginRow, blobs: BlobStore) -> Server:
    """The server that an installation is of. Raises InvalidInputError for another plugin, UnavailableError."""
    if row.source != SOURCE:
        raise InvalidInputError(field="plugin_id", reason="is not installed from an MCP server")
    archive = await blobs.find_content(row.digest)
    if archive is None:
        raise UnavailableError(part="the plugin's package")
    about = json.loads(read_package(archive).files[DESCRIPTION])
    return server_at(row.name, about["url"], about["headers"])


async def check_may_look(scope: Scope, server: Server) -> None:
    """Admins may, unless it is switched off; it stands in the audit log. Raises NotAllowedError, PluginBlockedError."""
    check_role(scope.who, Role.ADMIN)
    await builtin.load()
    if server.name in builtin.names():
        raise InvalidInputError(field="name", reason=f"{server.name} is the name of a built-in plugin")
    key = public_key_of(server.signer)
    await check_not_blocked(scope, scope.workspace_id, name=server.name, version=_FIRST, publisher_key=key)
    await audit.append(scope, "plugins.mcp_asked", subject=server.name, detail={"host": server.host})


async def look(
    runtime: PluginRuntime,
    actor: Actor,
    server: Server,
    secrets: Mapping[str, str],
    row: PluginRow | None = None,
) -> Seen:
    """Ask a server for its tools; ``row``: the installation, whose package it is when nothing has changed.

    Raises McpServerError, PackageRefusedError, and what calls of plugins raise.
    """
    version = row.version if row else _FIRST
    asked = Installed(
        id=row.id if row else new_id(),
        workspace_id=actor.workspace_id,
        source=SOURCE,
        name=server.name,
        version=version,
        digest="",
        publisher_key=public_key_of(server.signer),
        manifest=_manifest(server, {}, version, {}),
        settings={},
        permissions=granted_in(row) if row else server.permissions,
        secrets=secrets,
    )
    said = await runtime.look(actor, asked, {"url": server.url, "headers": list(server.headers)})
    found = _seen(server, said, version)
    if row is None or found.package.digest == row.digest:
        return found
    return _seen(server, said, _next(version))


def offer_of(seen: Seen, installed: PluginRow | None, language: str) -> McpOffer:
    """What would be installed, and how it differs from what is."""
    manifest = manifest_in(seen.package)
    before = manifest_in(installed).actions if installed else {}
    return McpOffer(
        name=manifest.name,
        version=manifest.version,
        title=manifest.title.text(language),
        description=manifest.description.text(language),
        publisher_key=seen.package.publisher_key,
        permissions=permissions_of(manifest.permissions, language),
        actions=actions_of(manifest, language),
        changes=_changes(before, manifest.actions) if installed else [],
        digest=seen.package.digest,
    )


def secrets_of(row: PluginRow, keys: KeyRing) -> Mapping[str, str]:
    """What an installation sends along."""
    return installed_of(row, keys).secrets


def _seen(server: Server, said: Any, version: str) -> Seen:
    tools = [tool for tool in _listed(said, server) if isinstance(tool, dict)]
    actions = {
        name: Action(
            title=Words(en=action.title),
            description=Words(en=action.description),
            input=action.input,
            output=action.output,
            effect=action.effect,  # type: ignore[arg-type]
        )
        for name, action in actions_from(tools).items()
    }
    if not actions:
        raise McpServerError(host=server.host, reason="it has no tools")
    names = action_names(tool.get("name") for tool in tools)
    about = {"url": server.url, "headers": server.headers, "tools": names}
    files = {"server.py": _CODE, DESCRIPTION: json.dumps(about, sort_keys=True).encode()}
    manifest = _manifest(server, _told(said), version, actions)
    archive = build_package(manifest, files, server.signer)
    package = package_row(read_package(archive), hashlib.sha256(archive).hexdigest(), len(archive))
    package.id, package.visibility = new_id(), SOURCE
    return Seen(package, archive)


def _listed(said: Any, server: Server) -> list[Any]:
    tools = said.get("tools") if isinstance(said, dict) else None
    if not isinstance(tools, list):
        raise McpServerError(host=server.host, reason="its answer cannot be read")
    return tools


def _told(said: Mapping[str, Any]) -> Mapping[str, Any]:
    server = said.get("server")
    told = server.get("serverInfo") if isinstance(server, dict) else None
    return told if isinstance(told, dict) else {}


def _manifest(server: Server, told: Mapping[str, Any], version: str, actions: dict[str, Action]) -> Manifest:
    """Its title is the server's own; the rest is said here."""
    title = " ".join((clean(told.get("title"), 80) or clean(told.get("name"), 80)).split())
    return Manifest(
        format=1,
        name=server.name,
        version=version,
        title=Words(en=title or server.name),
        description=Words(
            en=f"The tools of the MCP server at {server.host}.",
            zh=f"{server.host} 的 MCP 服务器所提供的工具。",
        ),
        author=server.host[:100],
        entry="server:Server",
        category="integration",
        tags=("mcp",),
        actions=actions,
        permissions=server.permissions,
        limits=_LIMITS,
    )


def _changes(before: Mapping[str, Action], after: Mapping[str, Action]) -> list[ActionChange]:
    found: list[ActionChange] = []
    for name in sorted({*before, *after}):
        if name not in before or name not in after:
            kind = "added" if name in after else "removed"
            found.append(ActionChange(name=name, kind=kind, parts=[]))
        elif parts := [part for part in _PARTS if getattr(before[name], part) != getattr(after[name], part)]:
            found.append(ActionChange(name=name, kind="changed", parts=parts))
    return found


def _next(version: str) -> str:
    head, _, last = version.rpartition(".")
    return f"{head}.{int(last) + 1}"


def granted(package: PluginPackageRow) -> dict[str, Any]:
    """All that it asks for, which is what it cannot work without."""
    return msgspec.to_builtins(manifest_in(package).permissions)
