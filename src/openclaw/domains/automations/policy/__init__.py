"""Rules that need nothing but their arguments: signatures of webhooks, what is masked, how much is let in."""
