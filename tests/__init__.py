"""Tests mirror src; see tests/conftest.py for the markers."""
