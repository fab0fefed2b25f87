"""Wire messages and state machines for gateway, device and bridge. No I/O: bytes and values in, values out."""
