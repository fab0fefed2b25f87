"""What the worker does with results: it looks into new versions, and publishes."""
