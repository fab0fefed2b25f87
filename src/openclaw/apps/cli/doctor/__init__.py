"""`openclaw doctor`: the likeliest faults of a set-up, found from outside, each with its fix."""
