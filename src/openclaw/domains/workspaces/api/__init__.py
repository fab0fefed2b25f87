"""Routes of this slice: the entrance (sign up, sign in) and workspaces."""
