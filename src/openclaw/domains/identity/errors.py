"""What can go wrong with accounts and sessions."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class NotSignedInError(OpenClawError):
    """No valid credential came with the request."""

    code: ClassVar[str] = "identity.not_signed_in"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "Sign in to continue."
    template_zh: ClassVar[str] = "请先登录。"


@dataclass(eq=False)
class InvalidCredentialsError(OpenClawError):
    """Unknown account or wrong password: the same answer."""

    code: ClassVar[str] = "identity.invalid_credentials"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The account or the password is not right."
    template_zh: ClassVar[str] = "账号或密码不正确。"


@dataclass(eq=False)
class AccountLockedError(OpenClawError):
    """Too many wrong passwords for this account from this address."""

    code: ClassVar[str] = "identity.locked"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "Too many wrong passwords. Try again in {retry_after_seconds} s."
    template_zh: ClassVar[str] = "密码错误次数过多，请在 {retry_after_seconds} 秒后重试。"

    retry_after_seconds: int


@dataclass(eq=False)
class AccountTakenError(OpenClawError):
    """The user name or the email address belongs to another account."""

    code: ClassVar[str] = "identity.taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "That {field} is already in use."
    template_zh: ClassVar[str] = "该{field}已被使用。"

    field: str


@dataclass(eq=False)
class RegistrationClosedError(OpenClawError):
    """This server does not let people sign up by themselves."""

    code: ClassVar[str] = "identity.registration_closed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Sign-up is closed on this server. Ask its owner for an invitation."
    template_zh: ClassVar[str] = "本服务器未开放注册，请向管理员索取邀请。"


@dataclass(eq=False)
class InvitationNeededError(OpenClawError):
    """This server takes new accounts only with a valid invitation."""

    code: ClassVar[str] = "identity.invitation_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Signing up here needs a valid invitation."
    template_zh: ClassVar[str] = "在此注册需要有效的邀请。"


@dataclass(eq=False)
class WeakPasswordError(OpenClawError):
    """The password is too easy to guess."""

    code: ClassVar[str] = "identity.weak_password"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = (
        "Choose a password of at least {minimum} characters that is not your name or a common one."
    )
    template_zh: ClassVar[str] = "请使用至少 {minimum} 个字符且不易被猜到的密码。"

    minimum: int


@dataclass(eq=False)
class SessionRevokedError(OpenClawError):
    """The session has ended, or an old token of it was presented and it was ended for safety."""

    code: ClassVar[str] = "identity.session_revoked"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "This session has ended. Sign in again."
    template_zh: ClassVar[str] = "会话已结束，请重新登录。"


@dataclass(eq=False)
class SessionNotFoundError(OpenClawError):
    """No such session, or not one of the actor's."""

    code: ClassVar[str] = "identity.session_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such session."
    template_zh: ClassVar[str] = "会话不存在。"


@dataclass(eq=False)
class CsrfError(OpenClawError):
    """A browser request that changes something came without the page's own proof."""

    code: ClassVar[str] = "identity.csrf"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "The request did not come from this site's own page. Reload and try again."
    template_zh: ClassVar[str] = "请求并非来自本站页面，请刷新后重试。"
