"""What processes mount of this slice."""

from openclaw.domains.devices.api import devices, hosts
from openclaw.domains.devices.repository import hosts as host_rows
from openclaw.domains.devices.repository import machines, pairing
from openclaw.domains.devices.service import hosts as slots
from openclaw.domains.devices.service.hosts import watch_leases
from openclaw.domains.devices.subscribers import SUBSCRIBERS

ROUTERS = (devices.router, hosts.router)
CHORES = (machines.forget_expired, pairing.forget_ended, host_rows.forget_ended)
__all__ = ["CHORES", "ROUTERS", "SUBSCRIBERS", "slots", "watch_leases"]
