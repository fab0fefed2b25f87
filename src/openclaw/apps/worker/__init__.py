"""The Worker: goes on with durable runs whose process has died, and carries facts to their subscribers."""
