"""What is told how, when and where. Pure."""
