"""The dashboard as it travels."""

from datetime import datetime
from typing import Literal

from openclaw.domains.agents.schemas import Approval
from openclaw.domains.artifacts.schemas import Artifact
from openclaw.domains.notifications.schemas import Notification
from openclaw.domains.tasks.schemas import TaskRun
from openclaw.domains.workflows.schemas import NamedRun
from openclaw.infra.wire import DeviceId, Wire


class Needs(Wire):
    """What waits for the user: questions, what was told until it is seen, and runs that failed lately.

    A run counts no more once there is a later one of the same, or its task is put away.
    """

    approvals: list[Approval]
    notifications: list[Notification]
    tasks: list[TaskRun]
    workflows: list[NamedRun]


class Running(Wire):
    """What goes on, the newest first; how many there are of each."""

    tasks: list[TaskRun]
    task_count: int
    workflows: list[NamedRun]
    workflow_count: int


class Finished(Wire):
    """What was done last."""

    tasks: list[TaskRun]
    workflows: list[NamedRun]
    results: list[Artifact]


class Machine(Wire):
    """A machine of the user, or a host of the workspace. ``busySlots`` of ``slots``: runs on a host."""

    id: DeviceId
    kind: Literal["device", "host"]
    name: str
    state: Literal["online", "degraded", "pending", "offline"]
    last_seen_at: datetime | None
    slots: int | None = None
    busy_slots: int | None = None


class Cost(Wire):
    """What the user's conversations and tasks have taken of models since ``since``.

    Money is in millionths of a US dollar; of ``unpriced`` runs the price is not known.
    """

    since: datetime
    cost_micros: int
    runs: int
    unpriced: int
    input_tokens: int
    output_tokens: int


class Dashboard(Wire):
    """All that the console's first page shows."""

    needs: Needs
    running: Running
    finished: Finished
    machines: list[Machine]
    cost: Cost
