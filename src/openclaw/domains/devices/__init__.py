"""Linked machines: link challenges, device sessions, presence, and the calls sent to them."""
