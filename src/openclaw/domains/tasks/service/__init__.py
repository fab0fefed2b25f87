"""What can be done with tasks and their runs."""
