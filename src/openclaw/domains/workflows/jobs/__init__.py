"""The durable work of workflow runs."""
