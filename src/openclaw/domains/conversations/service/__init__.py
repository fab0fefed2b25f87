"""Conversations: the list of them, what is said, branches, export, and the agent's view of the transcript."""
