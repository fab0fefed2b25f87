"""How a plugin is called in the sandbox: the entry, what it is given, what it may ask its host, what it answers.

A Python plugin is called by the SDK (``openclaw.sdk.runtime:call``), which the jail brings. A script's function has the
action's name and is called with ``{inputs, settings, key}`` and ``host``; what it returns is the output.

Host calls, each with its parameters and its answer (absent parameters are null or left out):

- ``http``: url, method, headers (object), body (text) or body_base64 → status, headers (pairs), body (Base64)
- ``secret``: name → the text
- ``device``: tool, arguments, device (a name or id; else the workspace's choice) → the tool's result
- ``llm``: prompt, system, model, max_tokens → text, model
- ``notify``: title, body, to (a user name; else whoever started the run) → null
- ``kv.get``: key → the value or null; ``kv.set``: key, value → null; ``kv.delete``: key → null;
  ``kv.keys``: prefix → a list
- ``email``: to (list), subject, text, html, reply_to → null
- ``page``: url, wait_for (a selector) → url, status, html
- ``database.query``: connection, sql, parameters (list) → columns, rows
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from openclaw.protocol.packages.manifest import Manifest
from openclaw.protocol.packages.permissions import Permissions

RUNTIME = "openclaw.sdk.runtime:call"
HOST_CALLS: dict[str, tuple[str, ...]] = {
    "network": ("http",),
    "device": ("device",),
    "secrets": ("secret",),
    "llm": ("llm",),
    "notify": ("notify",),
    "kv": ("kv.get", "kv.set", "kv.delete", "kv.keys"),
    "email": ("email",),
    "database": ("database.query",),
    "javascript": ("page",),
}


class PluginCall(Struct, frozen=True):
    """Entry and inputs of the sandbox's call."""

    entry: str
    inputs: dict[str, Any]


class PluginFile(Struct, frozen=True):
    """A file that the plugin left in its output folder, and its media type."""

    name: Annotated[str, Meta(max_length=255)]
    type: Annotated[str, Meta(max_length=100)] = "application/octet-stream"


class PluginFailure(Struct, frozen=True, kw_only=True):
    """Why a plugin failed: a code of its own or of the SDK's (``plugin.…``), a sentence, data."""

    code: Annotated[str, Meta(max_length=100)]
    message: Annotated[str, Meta(max_length=20_000)]
    data: dict[str, Any] = {}


class PluginAnswer(Struct, frozen=True, kw_only=True):
    """What came of a call: ``output`` or ``error``."""

    output: Any = None
    error: PluginFailure | None = None
    files: tuple[PluginFile, ...] = ()


def granted_host_calls(permissions: Permissions) -> frozenset[str]:
    """The host calls that permissions come to."""
    return frozenset(
        call for name, calls in HOST_CALLS.items() if getattr(permissions, name) is not None for call in calls
    )


def action_call(
    manifest: Manifest, action: str, *, inputs: Any, settings: dict[str, Any], key: str
) -> PluginCall:
    """The call of an action. ``key`` is the idempotency key: the same when the same work is tried again."""
    if manifest.is_javascript:
        job = {"inputs": inputs, "settings": settings, "key": key}
        return PluginCall(f"{manifest.entry}:{action}", job)
    return _python_call(manifest, {"action": action, "inputs": inputs, "settings": settings, "key": key})


def hook_call(manifest: Manifest, hook: str, *, settings: dict[str, Any], key: str) -> PluginCall | None:
    """The call of one of the manifest's ``HOOKS``; None for a script, which has none."""
    if manifest.is_javascript:
        return None
    return _python_call(manifest, {"hook": hook, "settings": settings, "key": key})


def read_answer(manifest: Manifest, output: Any) -> PluginAnswer:
    """What the sandbox's output says; anything may stand there, for the plugin's code could write it."""
    if manifest.is_javascript:
        return PluginAnswer(output=output)
    try:
        return msgspec.convert(output, PluginAnswer)
    except (msgspec.ValidationError, RecursionError):
        return PluginAnswer(
            error=PluginFailure(code="plugin.bad_answer", message="The plugin's answer cannot be read.")
        )


def _python_call(manifest: Manifest, job: dict[str, Any]) -> PluginCall:
    actions = {
        name: {"input": action.input, "output": action.output} for name, action in manifest.actions.items()
    }
    return PluginCall(
        RUNTIME, {"plugin": manifest.entry, "actions": actions, "config": manifest.config, **job}
    )
