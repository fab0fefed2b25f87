"""`openclaw chat`: one turn or a whole conversation, followed through the gateway."""
