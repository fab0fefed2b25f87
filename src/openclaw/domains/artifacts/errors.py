"""What can go wrong with results."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class ArtifactNotFoundError(OpenClawError):
    """No such result, version or file, or not one that the actor may see."""

    code: ClassVar[str] = "artifacts.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such result."
    template_zh: ClassVar[str] = "结果不存在。"


@dataclass(eq=False)
class WrongStatusError(OpenClawError):
    """A result does not get from its status to that one; ``possible`` are those that it gets to."""

    code: ClassVar[str] = "artifacts.wrong_status"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The result is {status}; it cannot become {wanted} from there."
    template_zh: ClassVar[str] = "结果当前状态为 {status}，不能变为 {wanted}。"

    status: str
    wanted: str
    possible: list[str]


@dataclass(eq=False)
class WrongContentError(OpenClawError):
    """A file is not what a result of its kind may hold; ``path`` says which."""

    code: ClassVar[str] = "artifacts.wrong_content"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{path}: {reason}"
    template_zh: ClassVar[str] = "{path}：{reason}"

    path: str
    reason: str


@dataclass(eq=False)
class TooMuchStoredError(OpenClawError):
    """The workspace's results take all the room that they may."""

    code: ClassVar[str] = "artifacts.too_much_stored"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "The results of a workspace take at most {limit} bytes. Delete some first."
    template_zh: ClassVar[str] = "工作区的结果最多占用 {limit} 字节，请先删除一部分。"

    limit: int


@dataclass(eq=False)
class BodyWithheldError(OpenClawError):
    """What the result is about is kept on its machine: the sync mode lets no body of it leave."""

    code: ClassVar[str] = "artifacts.body_withheld"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The content stays on its machine: the sync mode is {sync_mode}."
    template_zh: ClassVar[str] = "内容保留在设备上：同步模式为 {sync_mode}。"

    sync_mode: str


@dataclass(eq=False)
class StillPublishedError(OpenClawError):
    """The result is to be seen by the public; that has to end first."""

    code: ClassVar[str] = "artifacts.still_published"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The result is published. Unpublish it first."
    template_zh: ClassVar[str] = "结果已发布，请先停止发布。"


@dataclass(eq=False)
class NotPublishedError(OpenClawError):
    """The result is not published, or never was in that release."""

    code: ClassVar[str] = "artifacts.not_published"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The result is not published so."
    template_zh: ClassVar[str] = "结果没有这样的发布。"


@dataclass(eq=False)
class SlugTakenError(OpenClawError):
    """Another site of this server has that name."""

    code: ClassVar[str] = "artifacts.slug_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The name {slug} is taken. Choose another one."
    template_zh: ClassVar[str] = "名称 {slug} 已被占用，请另选一个。"

    slug: str


@dataclass(eq=False)
class NoBucketError(OpenClawError):
    """This server has no bucket that results are published to, or the bucket cannot do what is asked of it."""

    code: ClassVar[str] = "artifacts.no_bucket"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "It cannot be published to a bucket: {reason}"
    template_zh: ClassVar[str] = "无法发布到存储桶：{reason}"

    reason: str
