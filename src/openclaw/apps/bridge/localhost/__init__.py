"""The HTTP surface on 127.0.0.1: which requests are let in, and what they are answered."""
