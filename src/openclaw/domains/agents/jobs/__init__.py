"""The durable run: one chat turn of the agent, re-entered from its step rows wherever it was interrupted."""
