"""The client's commands: arguments in, calls to the server, words or JSON out."""
