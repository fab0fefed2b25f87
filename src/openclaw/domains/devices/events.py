"""Facts about machines, and topics on the bus."""

from uuid import UUID

HOST_LOST = "devices.host_lost"
"""A host's leases ended before their runs: ``hostId workspaceId reason runs``, each of these ``runId userId epoch``.

All ids are 32 hex digits; ``reason`` is ``silent`` or ``revoked``. What the host was asked for them has ended.
"""

DEVICE_ONLINE = (
    "devices.came_online"  # recorded for users who take an interest: `deviceId name workspaceId userId`
)
LIMITS_CHANGED_TOPIC = "workspace-limits-changed"
"""A workspace's policy for its machines was replaced: what was judged by the one before no longer counts."""


# A gateway that holds the machine's socket listens here for what to send and when to close.
def device_topic(device_id: UUID) -> str:
    """What is sent to one machine: calls, cancellations, its revocation."""
    return f"device:{device_id.hex}"


def call_topic(call_id: UUID) -> str:
    """Progress and the end of one call."""
    return f"call:{call_id.hex}"
