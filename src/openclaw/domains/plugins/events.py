"""What the plugins slice tells."""

STOPPED_TOPIC = (
    "plugins.stopped"  # bus: running calls that fit ``workspaceId name version publisherKey`` are ended
)
