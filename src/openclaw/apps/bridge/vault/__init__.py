"""The vaults of local-only systems: what they hold is on this machine and leaves it by no command."""
