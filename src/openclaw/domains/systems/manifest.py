"""What processes mount of this slice."""

from openclaw.domains.systems.api import systems, vault

ROUTERS = (systems.router, vault.router)
