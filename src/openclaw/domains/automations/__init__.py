"""Automations: what sets work going by itself (times, webhooks, events), what it does, and the history of that."""
