"""Tasks: work that somebody launches and watches. A run of the agent carries each; here it is led to its end."""
