"""What can go wrong between us and a model provider. ``said`` is in the provider's words, without secrets, capped."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class ProviderError(OpenClawError):
    """Base of every failure of a model provider; ``model`` is the model that was asked."""

    model: str
    said: str


@dataclass(eq=False)
class ProviderAuthError(ProviderError):
    """The provider refuses the key, or the key may not use the model."""

    code: ClassVar[str] = "runtime.provider_auth"
    kind: ClassVar[Kind] = Kind.INVALID  # of the settings: the person who asks is signed in all right
    template: ClassVar[str] = "The model provider refuses the API key for {model}: {said}"
    template_zh: ClassVar[str] = "模型服务商拒绝了 {model} 的 API 密钥：{said}"


@dataclass(eq=False)
class ProviderRateLimitedError(ProviderError):
    """Too many requests or tokens, or the account's quota is used up; ``retry_after_seconds`` if the provider said."""

    code: ClassVar[str] = "runtime.provider_rate_limited"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "The model provider limits requests to {model}: {said}"
    template_zh: ClassVar[str] = "模型服务商限制了对 {model} 的请求：{said}"

    retry_after_seconds: float | None = None


@dataclass(eq=False)
class ProviderUnavailableError(ProviderError):
    """The provider cannot be reached, is overloaded, failed, or broke off."""

    code: ClassVar[str] = "runtime.provider_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The model provider of {model} is not available: {said}"
    template_zh: ClassVar[str] = "{model} 的模型服务商暂时不可用：{said}"


@dataclass(eq=False)
class ProviderBadRequestError(ProviderError):
    """The provider refuses the request itself; sending it again would not help."""

    code: ClassVar[str] = "runtime.provider_bad_request"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The model provider refuses the request to {model}: {said}"
    template_zh: ClassVar[str] = "模型服务商拒绝了对 {model} 的请求：{said}"


@dataclass(eq=False)
class ProviderContextExceededError(ProviderError):
    """The conversation is longer than the model can take."""

    code: ClassVar[str] = "runtime.provider_context_exceeded"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The conversation is too long for {model}: {said}"
    template_zh: ClassVar[str] = "对话超出了 {model} 的上下文长度：{said}"


@dataclass(eq=False)
class ProviderNotFoundError(ProviderError):
    """The provider does not know the model, or there is no such provider at the address."""

    code: ClassVar[str] = "runtime.provider_not_found"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The model provider does not know {model}: {said}"
    template_zh: ClassVar[str] = "模型服务商找不到 {model}：{said}"


@dataclass(eq=False)
class ProviderBadAnswerError(ProviderError):
    """The provider answered with something that is no answer: not of its protocol, empty, or cut."""

    code: ClassVar[str] = "runtime.provider_bad_answer"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The model provider of {model} gave no usable answer: {said}"
    template_zh: ClassVar[str] = "{model} 的模型服务商没有给出可用的回答：{said}"
