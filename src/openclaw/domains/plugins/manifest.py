"""What processes mount of this slice."""

from openclaw.domains.plugins.api import installed, mcp, registry, switches
from openclaw.domains.plugins.repository.installed import forget_old_calls
from openclaw.domains.plugins.service.code import PluginCode
from openclaw.domains.plugins.service.folders import Folders
from openclaw.domains.plugins.service.runtime import PluginRuntime

ROUTERS = (registry.router, mcp.router, installed.router, switches.router)
CHORES = (forget_old_calls,)
__all__ = ["CHORES", "ROUTERS", "Folders", "PluginCode", "PluginRuntime"]
