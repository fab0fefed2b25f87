"""What can go wrong with jobs."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class JobNotFoundError(OpenClawError):
    """No such job, or not one of the user's."""

    code: ClassVar[str] = "jobs.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such job."
    template_zh: ClassVar[str] = "任务不存在。"


@dataclass(eq=False)
class WrongJobStateError(OpenClawError):
    """A job in that state cannot be queued again."""

    code: ClassVar[str] = "jobs.wrong_state"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Only failed jobs can be queued again; this one is {state}."
    template_zh: ClassVar[str] = "只有失败的任务可以重新排队，当前状态为 {state}。"

    state: str


@dataclass(eq=False)
class TooManyJobsError(OpenClawError):
    """The workspace has as many jobs waiting, or begun, as it may."""

    code: ClassVar[str] = "jobs.queue_full"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = (
        "The workspace has {limit} unfinished jobs already. Wait for some to end, or cancel them."
    )
    template_zh: ClassVar[str] = "工作区已有 {limit} 个未完成的任务，请等待或取消其中一些。"

    limit: int


@dataclass(eq=False)
class JobTimedOutError(OpenClawError):
    """A try of a job took longer than it may."""

    code: ClassVar[str] = "jobs.timed_out"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "It was not done within {seconds} s and was stopped."
    template_zh: ClassVar[str] = "任务未能在 {seconds} 秒内完成，已停止。"

    seconds: int


@dataclass(eq=False)
class JobInterruptedError(OpenClawError):
    """The processes that worked on the job have died too often."""

    code: ClassVar[str] = "jobs.interrupted"
    kind: ClassVar[Kind] = Kind.INTERNAL
    template: ClassVar[str] = "It was interrupted {times} times and is not tried again by itself."
    template_zh: ClassVar[str] = "任务已中断 {times} 次，不再自动重试。"

    times: int
