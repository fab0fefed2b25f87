"""The command line: starts the server's roles, and is a client of a running server."""
