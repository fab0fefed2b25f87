"""Routes of automations, their runs, and the address that webhooks are sent to."""
