"""Automations defined, set off, carried out, settled and watched over."""
