"""The database's own commands: bring it up to date, say how it stands, give its address."""
