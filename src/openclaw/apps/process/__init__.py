"""What every server role is made of: its database, its parts, its end."""
