"""In what the four families differ. Standard library only: the stand-in's process imports it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """One family. What is not said here they have in common."""

    version_line: str
    is_rust: bool = False
    leaks_headers: bool = False
    has_system_message: bool = False
    has_clear_queue: bool = False
    sends_settled: bool = False
    sends_snapshots: bool = False
    sends_queue_updates: bool = True
    keeps_id_of_unknown: bool = True
    dies_of_null: bool = True
    handles_signals: bool = True
    kills_tools_at_eof: bool = False
    drops_run_silently: bool = True
    refuses_prompts_between_retries: bool = True
    has_context_usage: bool = True
    compaction_events: str = "compaction"

    @property
    def streaming_refusal(self) -> str:
        """What a prompt in a run is told."""
        if self.is_rust:
            return "Agent is currently streaming; specify streamingBehavior"
        return "Agent is already processing. Specify streamingBehavior ('steer' or 'followUp') to queue the message."


PROFILES = {
    "npm-0.58": Profile(
        "0.58.4",
        leaks_headers=True,
        sends_snapshots=True,
        sends_queue_updates=False,
        keeps_id_of_unknown=False,
        dies_of_null=False,
        handles_signals=False,
        has_context_usage=False,
        compaction_events="auto_compaction",
    ),
    "npm-0.73": Profile(
        "0.73.1", sends_snapshots=True, keeps_id_of_unknown=False, refuses_prompts_between_retries=False
    ),
    "npm-0.87": Profile(
        "0.87.1",
        has_system_message=True,
        has_clear_queue=True,
        sends_settled=True,
        kills_tools_at_eof=True,
        drops_run_silently=False,
    ),
    "rust": Profile(
        "pi 0.1.0 (acc7bc8 2026-02-07)",
        is_rust=True,
        dies_of_null=False,
        handles_signals=False,
        has_context_usage=False,
        drops_run_silently=False,
        compaction_events="auto_compaction",
    ),
}
