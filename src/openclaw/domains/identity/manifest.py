"""What processes mount of this slice."""

from openclaw.domains.identity.api import router
from openclaw.domains.identity.repository import forget_expired

ROUTERS = (router,)
CHORES = (forget_expired,)
