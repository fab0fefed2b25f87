"""Jobs as people have them: what they have queued, of whatever kind; stopped, and queued again when it failed."""
