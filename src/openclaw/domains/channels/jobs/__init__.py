"""Work of channels: polling, acting on what came, sending, checking."""
