"""The command line: `openclaw`, and how it starts each process. Loads no server code itself."""
