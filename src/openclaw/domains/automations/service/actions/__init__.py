"""What automations can do: each action in a file, registered by the process."""
