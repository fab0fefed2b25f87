"""Standard library only: ids, clock, errors, tasks, pagination. Everything may import it; it imports nothing."""
