"""Conversations: what was said, in order, with search, branches and export. Replies are the agent's runs."""
