"""Facts of systems, for slices above."""

SYSTEM_RESTORED = "systems.restored"  # {workspaceId, userId, systemId, snapshotId, checkpointId}
SYSTEM_ARCHIVED = "systems.archived"  # {workspaceId, userId, systemId}
