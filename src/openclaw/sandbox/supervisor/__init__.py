"""sandboxd: the one process that starts jails, watches calls from outside and judges them. It holds no secrets.

It has one thread, because it alone forks; what would need more (names of hosts, connections) is in ``egress``.
"""
