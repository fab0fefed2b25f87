"""What carries out steps of each type."""
