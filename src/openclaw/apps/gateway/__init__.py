"""The gateway process: WebSocket connections of browsers, devices and command lines, and what they may call."""
