"""What can go wrong with channels."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class ChannelNotFoundError(OpenClawError):
    """No such channel, or not one of the user's."""

    code: ClassVar[str] = "channels.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such channel."
    template_zh: ClassVar[str] = "渠道不存在。"


@dataclass(eq=False)
class TooManyChannelsError(OpenClawError):
    """The user has as many as there may be."""

    code: ClassVar[str] = "channels.too_many"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "There may be {limit} channels at most."
    template_zh: ClassVar[str] = "渠道数量不能超过 {limit} 个。"

    limit: int


@dataclass(eq=False)
class ChannelNotReadyError(OpenClawError):
    """The channel is not so far yet."""

    code: ClassVar[str] = "channels.not_ready"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The channel is not ready for that: its state is {state}."
    template_zh: ClassVar[str] = "渠道尚未就绪：当前状态为 {state}。"

    state: str


@dataclass(eq=False)
class ChannelTakenError(OpenClawError):
    """Another channel of this server has the same account at the provider."""

    code: ClassVar[str] = "channels.taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "That account is in use by another channel. Each channel needs a bot of its own."
    )
    template_zh: ClassVar[str] = "该账户已被另一个渠道使用；每个渠道需要各自的机器人。"


@dataclass(eq=False)
class ProviderRefusedError(OpenClawError):
    """The provider refuses, and would again."""

    code: ClassVar[str] = "channels.provider_refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The provider refused: {said}"
    template_zh: ClassVar[str] = "服务商拒绝了请求：{said}"

    said: str


@dataclass(eq=False)
class ProviderFailedError(OpenClawError):
    """The provider does not answer, or not yet; ``seconds`` is how long it wants to be left alone."""

    code: ClassVar[str] = "channels.provider_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The provider does not answer as it should: {said}"
    template_zh: ClassVar[str] = "服务商未正常响应：{said}"

    said: str
    seconds: int = 0


@dataclass(eq=False)
class WrongDeliveryError(OpenClawError):
    """What came is not signed as the channel's provider signs, or is not for it."""

    code: ClassVar[str] = "channels.wrong_delivery"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "That does not come from the channel's provider: {reason}"
    template_zh: ClassVar[str] = "该请求并非来自渠道的服务商：{reason}"

    reason: str


@dataclass(eq=False)
class ReplayedUpdateError(OpenClawError):
    """It was accepted before."""

    code: ClassVar[str] = "channels.replayed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A delivery of that id was accepted before."
    template_zh: ClassVar[str] = "该投递 ID 此前已被接收。"
