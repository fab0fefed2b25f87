"""Undoing what calls changed: the same steps, backwards, tried on an imagined disk before the real one."""
