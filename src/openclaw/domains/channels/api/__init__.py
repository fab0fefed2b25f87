"""Routes of channels, and the addresses that their providers deliver to."""
