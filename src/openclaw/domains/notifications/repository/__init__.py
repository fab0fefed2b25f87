"""Every query on notifications."""
