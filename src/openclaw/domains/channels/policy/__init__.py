"""What is pure about channels: words, pieces, commands, codes."""
