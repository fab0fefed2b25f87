"""What processes mount of this slice."""

from openclaw.domains.devices.api import router
from openclaw.domains.devices.repository import machines, pairing
from openclaw.domains.devices.service.hosts import watch_leases
from openclaw.domains.devices.subscribers import SUBSCRIBERS

ROUTERS = (router,)
CHORES = (machines.forget_expired, pairing.forget_ended)
__all__ = ["CHORES", "ROUTERS", "SUBSCRIBERS", "watch_leases"]
