"""Systems: named ways of working in a workspace, what they are made from, and the vault that keeps what they were."""
