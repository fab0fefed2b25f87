"""Facts about accounts, for higher slices (the audit log among them)."""

SIGNED_UP = "identity.signed_up"
SIGNED_IN = "identity.signed_in"
SIGN_IN_FAILED = "identity.sign_in_failed"
SIGNED_OUT = "identity.signed_out"
PASSWORD_CHANGED = "identity.password_changed"  # noqa: S105  (the name of an event)
SESSION_REVOKED = "identity.session_revoked"
TOKEN_REUSED = "identity.token_reused"  # noqa: S105  (the name of an event)

# On the bus: sockets of a session close when it ends.
SESSION_ENDED_TOPIC = "sessions.ended"
