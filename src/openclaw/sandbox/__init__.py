"""Isolation for plugins and skills: code of others runs in a jail, judged from outside. Knows no domain.

``client`` is what the rest of the program uses; it talks to one ``supervisor`` process that holds no secrets and alone
forks. ``guest`` runs within the jail before the code does; ``egress`` is the one way out of it.
"""
