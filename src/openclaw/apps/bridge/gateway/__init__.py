"""The one socket to the gateway: handshake, reconnection, frames."""
