"""An automation's secret: what signs deliveries to it, and from which the secret is made that signs its own."""

import base64
import hashlib
import hmac
from datetime import datetime

from openclaw.domains.automations.models import AutomationRow
from openclaw.infra.secrets import KeyRing
from openclaw.infra.signatures import new_secret

_COLUMN = "automations.secret"


def give_secret(row: AutomationRow, keys: KeyRing, *, old_until: datetime | None) -> str:
    """A new secret for an automation; the one before stays good until then."""
    secret = new_secret()
    row.sealed_old_secret = row.sealed_secret if old_until is not None else None
    row.old_secret_until = old_until if row.sealed_old_secret is not None else None
    row.sealed_secret = keys.encrypt(secret, workspace_id=row.workspace_id, column=f"{_COLUMN}:{row.id}")
    return secret


def secrets_of(row: AutomationRow, keys: KeyRing, now: datetime) -> list[str]:
    """Those that deliveries may be signed with now."""
    sealed = [row.sealed_secret]
    if row.sealed_old_secret is not None and row.old_secret_until is not None and now < row.old_secret_until:
        sealed.append(row.sealed_old_secret)
    return [
        keys.decrypt(each, workspace_id=row.workspace_id, column=f"{_COLUMN}:{row.id}") for each in sealed
    ]


def signing_secret_of(row: AutomationRow, keys: KeyRing) -> str:
    """What signs the automation's own webhooks. Whoever has it cannot sign deliveries to the automation."""
    secret = secrets_of(row, keys, row.created_at)[0]
    made = hmac.new(secret.encode(), b"outgoing webhooks", hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(made).decode()
