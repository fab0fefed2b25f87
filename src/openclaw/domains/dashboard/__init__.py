"""What the console shows first: a short question to each slice."""
