"""What people are told: a centre with rows per user, delivered besides by push and mail, at their hours."""
