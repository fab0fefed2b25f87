"""What runs inside the jail before the code of others does: standard library only, mounted there as it is here."""
