"""Routes of plugins: registries, installations, kill switches and calls."""
