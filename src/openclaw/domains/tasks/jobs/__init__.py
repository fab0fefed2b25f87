"""The durable job that leads a task's run to its end."""
