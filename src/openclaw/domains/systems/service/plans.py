"""Plans of restores, as tokens that confirm them: signed, bound to who made them and to the system as it was then."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from openclaw.domains.systems.errors import PlanExpiredError
from openclaw.domains.systems.models import SystemRow
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import KeyRing

_PURPOSE = "systems.restore-plan"


@dataclass(frozen=True)
class Plan:
    """What a token confirms, by whom, of what version (here) or digest (on a machine), until when. Ids are hex."""

    system: str
    snapshot: str
    branch: str | None
    scopes: list[str]
    version: int
    digest: str
    workspace: str
    user: str
    expires: float


def seal(keys: KeyRing, plan: Plan) -> str:
    """The plan as a token."""
    body = base64.urlsafe_b64encode(orjson.dumps(plan)).decode().rstrip("=")
    return f"{body}.{keys.mac(_PURPOSE, body)}"


def open_plan(keys: KeyRing, scope: Scope, row: SystemRow, token: str) -> Plan:
    """The plan in a token of the actor's for that system. Raises PlanExpiredError."""
    body, _, mac = token.partition(".")
    if not hmac.compare_digest(mac.encode(), keys.mac(_PURPOSE, body).encode()):
        raise PlanExpiredError
    try:
        plan = Plan(**orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
    except (binascii.Error, ValueError, TypeError):
        raise PlanExpiredError from None
    if (plan.workspace, plan.user, plan.system) != (scope.workspace_id.hex, scope.user_id.hex, row.id.hex):
        raise PlanExpiredError
    if scope.now() > datetime.fromtimestamp(plan.expires, tz=UTC):
        raise PlanExpiredError
    return plan
