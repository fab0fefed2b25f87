"""Real parts for tests: a PostgreSQL, the server with its gateway, people, machines and their clients."""
