"""What can go wrong with linking and machines."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class DeviceNotFoundError(OpenClawError):
    """No such machine, or not one of the actor's."""

    code: ClassVar[str] = "devices.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such device."
    template_zh: ClassVar[str] = "设备不存在。"


@dataclass(eq=False)
class ChallengeNotFoundError(OpenClawError):
    """No such link challenge, or not one of the actor's."""

    code: ClassVar[str] = "devices.challenge_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such link code."
    template_zh: ClassVar[str] = "配对码不存在。"


@dataclass(eq=False)
class ChallengeEndedError(OpenClawError):
    """The link challenge was used, has expired, or had too many wrong codes."""

    code: ClassVar[str] = "devices.challenge_ended"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "This code is no longer valid. Create a new one on the Devices page."
    template_zh: ClassVar[str] = "该配对码已失效，请在“设备”页面重新生成。"


@dataclass(eq=False)
class WrongCodeError(OpenClawError):
    """The code does not match. After the last try the challenge ends."""

    code: ClassVar[str] = "devices.wrong_code"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "That code is not right. {tries_left} tries left."
    template_zh: ClassVar[str] = "配对码不正确，还可尝试 {tries_left} 次。"

    tries_left: int


@dataclass(eq=False)
class BadProofError(OpenClawError):
    """The machine did not prove that it holds its key."""

    code: ClassVar[str] = "devices.bad_proof"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The device could not prove its identity: {reason}."
    template_zh: ClassVar[str] = "设备身份验证失败：{reason}。"

    reason: str


@dataclass(eq=False)
class DeviceSessionRevokedError(OpenClawError):
    """The machine's session was revoked, or an old token of it was presented."""

    code: ClassVar[str] = "devices.session_revoked"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "This device is no longer linked. Link it again."
    template_zh: ClassVar[str] = "此设备已解除绑定，请重新绑定。"


@dataclass(eq=False)
class DeviceTokenExpiredError(OpenClawError):
    """The access token is past its time; refresh and come back."""

    code: ClassVar[str] = "devices.token_expired"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The device's token has expired. Refresh it."
    template_zh: ClassVar[str] = "设备令牌已过期，请刷新。"


@dataclass(eq=False)
class HostNotFoundError(OpenClawError):
    """No such host in the actor's workspace."""

    code: ClassVar[str] = "devices.host_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such host."
    template_zh: ClassVar[str] = "主机不存在。"


@dataclass(eq=False)
class HostTokenNotFoundError(OpenClawError):
    """No such enrolment token in the actor's workspace."""

    code: ClassVar[str] = "devices.host_token_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such enrolment token."
    template_zh: ClassVar[str] = "注册令牌不存在。"


@dataclass(eq=False)
class HostTokenOfAnotherError(OpenClawError):
    """The token renews the credential of a host, and this machine's key is not that host's."""

    code: ClassVar[str] = "devices.host_token_of_another_host"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This token is for another host. Use it on that machine, with its state folder, or enrol this one anew."
    )
    template_zh: ClassVar[str] = "该令牌属于另一台主机。请在那台机器上连同其状态文件夹使用，或重新注册本机。"


@dataclass(eq=False)
class HostTokenEndedError(OpenClawError):
    """The enrolment token is unknown, was used or revoked, has expired, or who made it may not any more."""

    code: ClassVar[str] = "devices.host_token_ended"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = (
        "This enrolment token is not valid: it may have been used, or its time is over. Create a new one."
    )
    template_zh: ClassVar[str] = "该注册令牌无效：可能已被使用或已过期，请重新生成。"


@dataclass(eq=False)
class TooManyHostTokensError(OpenClawError):
    """The workspace has as many open enrolment tokens as it may have."""

    code: ClassVar[str] = "devices.too_many_host_tokens"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "There are {limit} open enrolment tokens already. Revoke one first."
    template_zh: ClassVar[str] = "已有 {limit} 个未使用的注册令牌，请先撤销一个。"

    limit: int


@dataclass(eq=False)
class DeviceGroupNotFoundError(OpenClawError):
    """No such group of machines, or not one of the actor's."""

    code: ClassVar[str] = "devices.group_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such group of devices."
    template_zh: ClassVar[str] = "设备组不存在。"


@dataclass(eq=False)
class DeviceGroupNameTakenError(OpenClawError):
    """A machine or another group of the actor has that name."""

    code: ClassVar[str] = "devices.group_name_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "“{name}” is already the name of a device or a group."
    template_zh: ClassVar[str] = "“{name}”已是某个设备或设备组的名称。"

    name: str


@dataclass(eq=False)
class NoDeviceError(OpenClawError):
    """The actor has no linked machine that could run the call."""

    code: ClassVar[str] = "devices.none"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "No device is linked. Link one on the Devices page."
    template_zh: ClassVar[str] = "尚未绑定设备，请先在“设备”页面绑定。"


@dataclass(eq=False)
class DeviceOfflineError(OpenClawError):
    """The machine has to be online for this, and is not."""

    code: ClassVar[str] = "devices.offline"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "“{name}” is offline. Try again when it is back."
    template_zh: ClassVar[str] = "“{name}”当前离线，请在其恢复连接后重试。"

    name: str


@dataclass(eq=False)
class CallNotFoundError(OpenClawError):
    """No such call on this device."""

    code: ClassVar[str] = "devices.call_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such call."
    template_zh: ClassVar[str] = "调用不存在。"


@dataclass(eq=False)
class GatewayTokenNotFoundError(OpenClawError):
    """No such gateway token, or not one of the actor's."""

    code: ClassVar[str] = "devices.gateway_token_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such gateway token."
    template_zh: ClassVar[str] = "网关令牌不存在。"


@dataclass(eq=False)
class TooManyGatewayTokensError(OpenClawError):
    """The user has as many live gateway tokens as they may have."""

    code: ClassVar[str] = "devices.too_many_gateway_tokens"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "You have {limit} gateway tokens already. Revoke one first."
    template_zh: ClassVar[str] = "已有 {limit} 个网关令牌，请先撤销一个。"

    limit: int


@dataclass(eq=False)
class GatewayTokenInvalidError(OpenClawError):
    """The gateway token is unknown, was revoked, or has expired."""

    code: ClassVar[str] = "devices.gateway_token_invalid"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "This gateway token is not valid any more. Create a new one in the settings."
    template_zh: ClassVar[str] = "该网关令牌已失效，请在设置中新建。"


@dataclass(eq=False)
class GatewayTokenScopeError(OpenClawError):
    """The gateway token was made for something else."""

    code: ClassVar[str] = "devices.gateway_token_scope"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "This gateway token may not be used for that: it needs the permission {scope}."
    template_zh: ClassVar[str] = "该网关令牌缺少权限 {scope}，不能用于此操作。"

    scope: str


@dataclass(eq=False)
class PairingRequestNotFoundError(OpenClawError):
    """No machine waits under that id: it was decided on, it has lapsed, or it is somebody else's."""

    code: ClassVar[str] = "devices.pairing_request_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "No machine waits to be paired under this id any more."
    template_zh: ClassVar[str] = "没有以此编号等待配对的机器。"


@dataclass(eq=False)
class PageOriginError(OpenClawError):
    """A pass was asked for by something that is no page of this server."""

    code: ClassVar[str] = "devices.page_origin"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Only a page of this server gets a pass to a machine."
    template_zh: ClassVar[str] = "只有此服务器的网页才能获得访问机器的凭证。"
