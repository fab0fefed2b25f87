"""What machines are asked for by a method of its own: their policy, their browser. Carried out as ``node.invoke``."""

from datetime import datetime
from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import registry
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.protocol import node_host
from openclaw.protocol.gateway import params as p
from openclaw.protocol.gateway import params_agent as pa
from openclaw.protocol.gateway import params_approvals as pq
from openclaw.protocol.gateway.not_offered import BrowserNotOfferedError


def machine_service_methods(platform: Platform, invoke: Handler) -> dict[str, Handler]:
    """Handlers by name; ``invoke`` is that of ``node.invoke``, with all that it checks."""

    async def machine_policy(connection: Connection, params: pq.MachinePolicyParams) -> Any:
        call = p.NodeInvokeParams(
            node_id=params.node_id, command=node_host.GET_POLICY, idempotency_key=ids.new_id().hex
        )
        return (await invoke(connection, call))["payload"]

    async def browse(connection: Connection, params: pa.BrowserRequestParams) -> Any:
        async with platform.database.transaction(connection.actor) as scope:
            rows = await registry.list_rows(scope)
            row = next((row for row in rows if _offers_browser(row, params.node_id, scope.now())), None)
        if row is None:
            raise BrowserNotOfferedError(method="browser.request")
        wanted = {"method": params.method, "path": params.path, "query": params.query, "body": params.body}
        call = p.NodeInvokeParams(
            node_id=row.node_id,
            command=node_host.BROWSER,
            idempotency_key=ids.new_id().hex,
            params={name: value for name, value in wanted.items() if value is not None},
            timeout_ms=params.timeout_ms,
        )
        return (await invoke(connection, call))["payload"]

    return {"exec.approvals.node.get": machine_policy, "browser.request": browse}


def _offers_browser(row: DeviceRow, node_id: str | None, now: datetime) -> bool:
    return (
        node_host.BROWSER in row.commands and node_id in (None, row.node_id) and registry.is_online(row, now)
    )
