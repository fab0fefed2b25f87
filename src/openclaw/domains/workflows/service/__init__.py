"""What people do with workflows and their runs."""
