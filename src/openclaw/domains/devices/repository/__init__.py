"""Every query on machines, their calls, gateway tokens and pairing requests."""
