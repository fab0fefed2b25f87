"""OpenClaw: a self-hosted, multi-tenant personal AI assistant that acts on your own machines."""

__version__ = "0.1.0"
