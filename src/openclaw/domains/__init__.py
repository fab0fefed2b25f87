"""The product, as slices in dependency order: identity, workspaces, audit, devices, agents, conversations."""
