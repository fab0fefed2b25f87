"""Channels: a person's own bots and addresses elsewhere, where they talk to the assistant and answer its questions."""
