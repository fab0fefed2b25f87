"""Names of what automations queue and tell."""

RUN_KIND = "automations.run"  # the job that carries out a run
FIRE_KIND = "automations.fire"  # of schedules: a time of an automation has come
WATCH_KIND = "automations.watch"  # of schedules: has it run as often as it is expected to?
CHANGED = "automation.changed"  # of the user's feed: `automationId`, and of a run `runId state`
