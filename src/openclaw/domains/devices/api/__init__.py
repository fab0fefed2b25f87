"""Routes of machines: linking and devices, hosts."""
