"""Accounts and their sessions; passwords; signed access tokens."""
