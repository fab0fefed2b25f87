"""The workflow language: definitions, expressions, validation, text form, differences. Pure; no I/O."""
