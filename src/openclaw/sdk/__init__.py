"""What authors of plugins import. Standard library only: it runs within the sandbox, without the rest of OpenClaw."""

from openclaw.sdk.context import Context
from openclaw.sdk.errors import HostError, InvalidError, NotGrantedError, PluginError
from openclaw.sdk.http import Response
from openclaw.sdk.page import Page
from openclaw.sdk.plugin import BasePlugin, PluginConfig, PluginMetadata, ResourceLimits, action

__all__ = [
    "BasePlugin",
    "Context",
    "HostError",
    "InvalidError",
    "NotGrantedError",
    "Page",
    "PluginConfig",
    "PluginError",
    "PluginMetadata",
    "ResourceLimits",
    "Response",
    "action",
]
