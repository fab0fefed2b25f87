"""What plugins keep between calls: small values, few of them."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.plugins.repository import installed as repository
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Scope

MAX_KEYS = 1_000
MAX_VALUE_BYTES = 65_536
MAX_BYTES = 4 << 20
_KEY = re.compile(r"[^\0]{1,200}")


async def answer(scope: Scope, plugin_id: UUID, name: str, parameters: Mapping[str, Any]) -> Any:
    """Answer a host call ``kv.*``. Raises ValueError, whose words the plugin is told."""
    if name == "kv.keys":
        return await repository.list_keys(scope, plugin_id, str(parameters.get("prefix") or "")[:200])
    key = parameters.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise ValueError("a key is a text of 1 to 200 characters")
    if name == "kv.get":
        row = await repository.find_entry(scope, plugin_id, key)
        return row.value["value"] if row else None
    if name == "kv.set":
        await _set(scope, plugin_id, key, parameters.get("value"))
    else:
        await repository.delete_entry(scope, plugin_id, key)
    return None


async def _set(scope: Scope, plugin_id: UUID, key: str, value: Any) -> None:
    value = checked(value)
    size = len(key.encode()) + len(orjson.dumps(value))
    if size > MAX_VALUE_BYTES:
        raise ValueError(f"a value has at most {MAX_VALUE_BYTES:,} bytes as JSON")
    count, used = await repository.lock_entries(scope, plugin_id)
    known = await repository.find_entry(scope, plugin_id, key)
    count, used = (count, used - known.bytes) if known else (count + 1, used)
    if count > MAX_KEYS or used + size > MAX_BYTES:
        raise ValueError(f"at most {MAX_KEYS:,} values of {MAX_BYTES:,} bytes in all are kept")
    await repository.put_entry(scope, plugin_id, key, value, size)
