"""What the bridge can do on this machine, each within the local policy."""
