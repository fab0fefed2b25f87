"""The durable engine: a thin layer over DBOS. Runs survive the death of their process; it knows no domain."""
