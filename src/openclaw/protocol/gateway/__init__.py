"""The gateway protocol, releases 3 and 4, without I/O: frames, handshake, methods, events, scopes, errors."""
