"""Whom a bearer stands for: a page's ticket, a client's access token, a bridge's token, or a gateway token."""

from openclaw.apps.gateway.connection import Identity, Remote
from openclaw.domains.devices import policy
from openclaw.domains.devices.errors import (
    BadProofError,
    DeviceSessionRevokedError,
    GatewayTokenScopeError,
)
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import gateway_tokens, pairing, registry, sessions
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.identity.service.tokens import TokenSigner
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.gateway.errors import PairingRefusedError, PairingRequiredError
from openclaw.protocol.gateway.handshake import ConnectParams, DeviceIdentity
from openclaw.protocol.gateway.scopes import Role as GatewayRole
from openclaw.protocol.gateway.scopes import granted_scopes


class Bearers:
    """Reads the bearer of a ``connect`` whose device proof has been checked."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._signer = TokenSigner(platform.keys)

    async def authenticate(self, connect: ConnectParams, remote: Remote) -> Identity:
        """A page's ticket or a client's access token makes an operator, a bridge's token a node, a gateway token
        either.

        Raises NotSignedInError, DeviceSessionRevokedError, DeviceTokenExpiredError, BadProofError,
        GatewayTokenInvalidError, GatewayTokenScopeError, PairingRequiredError, PairingRefusedError.
        """
        token = connect.auth.token if connect.auth else None
        if not token:
            raise NotSignedInError
        is_node = GatewayRole(connect.role) is GatewayRole.NODE
        if token.startswith(f"{gateway_tokens.PREFIX}_"):
            return await self._by_gateway_token(connect, token, remote, is_node=is_node)
        if is_node:
            return await self._bridge(connect, token, remote)
        return await self._signed_in(connect, token, remote)

    async def owner_of(self, token: str, remote: Remote) -> tuple[Actor, str] | None:
        """For whom a bearer would act, and the machine or gateway token it belongs to; None for one of nobody's.

        Nothing is granted with it, and nothing that it does counts as a use of the token.
        """
        async with self._platform.database.system() as scope:
            if token.startswith(f"{gateway_tokens.PREFIX}_"):
                row = await gateway_tokens.find(scope, token)
                subject = row and ids.to_wire("gtok", row.id)
            else:
                row = await sessions.find_device(scope, token)
                subject = row and ids.to_wire("dev", row.id)
        if row is None or subject is None:
            return None
        actor = Actor(row.user_id, row.workspace_id, Role.MEMBER, address=remote.address)
        return actor, subject

    async def _signed_in(self, connect: ConnectParams, token: str, remote: Remote) -> Identity:
        claims = self._signer.read(token, audiences=("gateway", "api"), now=self._platform.clock.now())
        actor = await workspaces.authenticate(
            self._platform.database,
            claims,
            workspace_id=None,
            address=remote.address,
            language=connect.language,
        )
        allowed = policy.operator_scopes(actor.role)
        granted = granted_scopes(connect.scopes or (), allowed, protocol=connect.max_protocol)
        return Identity(actor=actor, role=GatewayRole.OPERATOR, scopes=granted)

    async def _bridge(self, connect: ConnectParams, token: str, remote: Remote) -> Identity:
        # Most often it only reads; the end of a link is told over the bus.
        async with self._platform.database.system(is_quiet=True) as scope:
            found = await sessions.authenticate(scope, token)
        if found is None:
            raise DeviceSessionRevokedError
        session, device = found
        if connect.device is None or connect.device.id != device.node_id:
            raise BadProofError(reason="the token belongs to another device")
        actor = Actor(
            user_id=device.user_id,
            workspace_id=device.workspace_id,
            role=Role.MEMBER,
            session_id=session.id,
            device_id=device.id,
            address=remote.address,
            language=connect.language,
        )
        return Identity(
            actor=actor,
            role=GatewayRole.NODE,
            node_id=device.node_id,
            is_host=device.kind == registry.HOST,
        )

    async def _by_gateway_token(
        self, connect: ConnectParams, token: str, remote: Remote, *, is_node: bool
    ) -> Identity:
        async with self._platform.database.system(is_quiet=not is_node) as scope:
            bearer = await gateway_tokens.authenticate(scope, token)
            if is_node and policy.CONNECT_MACHINES not in bearer.scopes:
                raise GatewayTokenScopeError(scope=policy.CONNECT_MACHINES)
            device = await self._paired(scope, connect, bearer, remote) if is_node else None
        if isinstance(device, PairingRequiredError | PairingRefusedError):
            raise device  # after the request was committed
        actor = Actor(
            user_id=bearer.token.user_id,
            workspace_id=bearer.token.workspace_id,
            role=Role.MEMBER if device else bearer.role,
            session_id=bearer.token.id,
            device_id=device.id if device else None,
            address=remote.address,
            language=connect.language,
        )
        expires_at = bearer.token.expires_at
        if device is not None:
            return Identity(
                actor=actor,
                role=GatewayRole.NODE,
                node_id=device.node_id,
                is_node_host=True,
                expires_at=expires_at,
            )
        granted = granted_scopes(connect.scopes or (), bearer.scopes, protocol=connect.max_protocol)
        return Identity(actor=actor, role=GatewayRole.OPERATOR, scopes=granted, expires_at=expires_at)

    async def _paired(
        self, scope: Scope, connect: ConnectParams, bearer: gateway_tokens.Bearer, remote: Remote
    ) -> DeviceRow | PairingRequiredError | PairingRefusedError:
        identity = connect.device
        assert identity is not None, "a node has proved its key"
        device = await pairing.find_paired(scope, bearer.token, identity.id)
        if device is not None:
            return device
        row, is_refused = await pairing.ask(scope, bearer.token, _arrival(connect, identity, remote))
        if is_refused:
            return PairingRefusedError(device_id=identity.id)
        return PairingRequiredError(request_id=ids.to_wire("pair", row.id), device_id=identity.id)


def _arrival(connect: ConnectParams, identity: DeviceIdentity, remote: Remote) -> pairing.Arrival:
    client = connect.client
    try:
        name = registry.checked_name("".join(filter(str.isprintable, client.display_name or "")))
    except InvalidInputError:
        name = f"node-{identity.id[:8]}"
    return pairing.Arrival(
        node_id=identity.id,
        public_key=identity.public_key,
        name=name[:100],
        platform=client.platform[:40],
        version=client.version[:40],
        commands=policy.clean_commands(connect.commands),
        address=remote.address[:64],
    )
