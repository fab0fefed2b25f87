"""What processes do for automations: schedules fired, runs carried out."""
