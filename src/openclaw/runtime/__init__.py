"""The agent runtime: model providers, streaming, context window, prompts, tools as models see them. Knows no domain.

Importing it is cheap: the provider libraries are loaded when the first model is built.
"""
