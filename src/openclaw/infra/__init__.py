"""Plumbing: configuration, PostgreSQL and Scope, outbox, event bus, blobs, secrets, logs, metrics, web glue."""
