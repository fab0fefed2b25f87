"""The agent: model providers, durable runs and their steps, approvals and the rules that they leave behind."""
