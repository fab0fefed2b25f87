"""Accounts: sign-up, sign-in, sessions with rotating tokens, passwords and lock-out."""
