"""Signed access tokens. Short-lived; the session behind one is looked up at each use, so revoking is immediate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.infra.secrets import KeyRing

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=30)
TICKET_LIFETIME = timedelta(minutes=1)
_ISSUER = "openclaw"
Audience = Literal["api", "gateway"]


@dataclass(frozen=True)
class AccessClaims:
    """What a valid access token says."""

    user_id: UUID
    session_id: UUID
    workspace_id: UUID | None


class TokenSigner:
    """Makes and reads access tokens (JWT, HS256) with this installation's key."""

    def __init__(self, keys: KeyRing) -> None:
        self._key = OctKey.import_key(keys.key("access-tokens-v1"))

    def sign(
        self,
        *,
        user_id: UUID,
        session_id: UUID,
        audience: Audience,
        expires_at: datetime,
        workspace_id: UUID | None = None,
    ) -> str:
        """A token for ``audience`` until ``expires_at``; a gateway ticket also names its workspace."""
        claims = {
            "iss": _ISSUER,
            "aud": audience,
            "sub": user_id.hex,
            "sid": session_id.hex,
            "exp": int(expires_at.timestamp()),
        }
        if workspace_id is not None:
            claims["ws"] = workspace_id.hex
        return jwt.encode({"alg": "HS256"}, claims, self._key)

    def read(self, token: str, *, audiences: tuple[Audience, ...], now: datetime) -> AccessClaims:
        """The claims; NotSignedInError when the token is forged, expired or for another audience."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"]).claims
            fits = claims["iss"] == _ISSUER and claims["aud"] in audiences and claims["exp"] > now.timestamp()
            workspace = claims.get("ws")
            if fits:
                return AccessClaims(
                    user_id=UUID(hex=claims["sub"]),
                    session_id=UUID(hex=claims["sid"]),
                    workspace_id=UUID(hex=workspace) if workspace else None,
                )
        except (JoseError, KeyError, TypeError, ValueError):
            pass
        raise NotSignedInError
