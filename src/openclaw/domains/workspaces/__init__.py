"""Workspaces, the boundary of tenancy: members, roles, invitations, and who acts where."""
