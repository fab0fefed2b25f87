"""Channels set up, bound, listened to and spoken through."""
