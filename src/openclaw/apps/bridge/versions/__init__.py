"""What was at a path before the assistant changed it: kept before the change, for 30 days, on this machine only."""
