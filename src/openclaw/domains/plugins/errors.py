"""What can go wrong with plugins."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class PluginNotFoundError(OpenClawError):
    """No such plugin, package or kill switch, or not one of the workspace's."""

    code: ClassVar[str] = "plugins.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such plugin."
    template_zh: ClassVar[str] = "插件不存在。"


@dataclass(eq=False)
class PackageExistsError(OpenClawError):
    """A published version never changes: that one is there, with other content or from somebody else."""

    code: ClassVar[str] = "plugins.package_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} {version} is published already. Give the new one another version."
    template_zh: ClassVar[str] = "{name} {version} 已发布，请使用新的版本号。"

    name: str
    version: str


@dataclass(eq=False)
class PackageNotOwnError(OpenClawError):
    """The package may be used here, and only whoever published it changes it."""

    code: ClassVar[str] = "plugins.package_not_own"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "{name} was published by others; only they can change it."
    template_zh: ClassVar[str] = "{name} 由他人发布，只有发布者可以更改。"

    name: str


@dataclass(eq=False)
class PublisherChangedError(OpenClawError):
    """The package is signed with another key than the name's packages before it."""

    code: ClassVar[str] = "plugins.publisher_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "{name} was signed with another key before ({known}); this one is {found}. "
        "An owner of the registry has to accept the change."
    )
    template_zh: ClassVar[str] = "{name} 此前使用另一密钥（{known}）签名，现为 {found}，须由所有者确认变更。"

    name: str
    known: str
    found: str


@dataclass(eq=False)
class NotOperatorError(OpenClawError):
    """Only the owner of this installation of OpenClaw may do that."""

    code: ClassVar[str] = "plugins.not_operator"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Only the operator of this server may do that."
    template_zh: ClassVar[str] = "只有此服务器的运营者可以执行该操作。"


@dataclass(eq=False)
class PluginInstalledError(OpenClawError):
    """A plugin of that name is installed; it can be updated, or replaced after uninstalling it."""

    code: ClassVar[str] = "plugins.installed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} is installed already, in version {version} ({source})."
    template_zh: ClassVar[str] = "{name} 已安装，版本为 {version}（{source}）。"

    name: str
    version: str
    source: str


@dataclass(eq=False)
class PackageUnusableError(OpenClawError):
    """That version cannot be installed: it was yanked, is not approved, or does not run here."""

    code: ClassVar[str] = "plugins.package_unusable"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} {version} cannot be installed: {reason}"
    template_zh: ClassVar[str] = "无法安装 {name} {version}：{reason}"

    name: str
    version: str
    reason: str


@dataclass(eq=False)
class PermissionsNotGrantedError(OpenClawError):
    """The plugin asks for permissions that nobody has granted it yet; ``permissions`` names them."""

    code: ClassVar[str] = "plugins.permissions_not_granted"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} asks for permissions that have to be granted first: {listed}"
    template_zh: ClassVar[str] = "{name} 请求的权限须先授予：{listed}"

    name: str
    permissions: list[str]
    listed: str


@dataclass(eq=False)
class PluginSettingsError(OpenClawError):
    """The settings of an installation do not fit what the plugin declares, or the plugin itself refuses them."""

    code: ClassVar[str] = "plugins.wrong_settings"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The settings do not fit: {path}: {reason}"
    template_zh: ClassVar[str] = "设置不符合要求：{path}：{reason}"

    path: str
    reason: str


@dataclass(eq=False)
class PluginHookError(OpenClawError):
    """What the plugin does when it is installed, enabled, disabled or removed failed; nothing was changed."""

    code: ClassVar[str] = "plugins.hook_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} failed in {hook}, so nothing was changed: {reason}"
    template_zh: ClassVar[str] = "{name} 在 {hook} 中失败，未作任何更改：{reason}"

    name: str
    hook: str
    reason: str


@dataclass(eq=False)
class PluginBlockedError(OpenClawError):
    """A kill switch is set for the plugin: it does not run, and what ran was ended."""

    code: ClassVar[str] = "plugins.blocked"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "{name} {version} was switched off: {reason}"
    template_zh: ClassVar[str] = "{name} {version} 已被停用：{reason}"

    name: str
    version: str
    reason: str


@dataclass(eq=False)
class PluginDisabledError(OpenClawError):
    """The workspace has the plugin, and has disabled it."""

    code: ClassVar[str] = "plugins.disabled"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} is disabled in this workspace."
    template_zh: ClassVar[str] = "{name} 在此工作区中已禁用。"

    name: str


@dataclass(eq=False)
class PluginCallError(OpenClawError):
    """A plugin was asked for what it does not have, or with what does not fit."""

    code: ClassVar[str] = "plugins.wrong_call"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{name}: {reason}"
    template_zh: ClassVar[str] = "{name}：{reason}"

    name: str
    reason: str


@dataclass(eq=False)
class PluginFailedError(OpenClawError):
    """The plugin did what it was asked for and failed, or answered what it must not; ``said`` is its own code."""

    code: ClassVar[str] = "plugins.failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{name} failed: {reason}"
    template_zh: ClassVar[str] = "{name} 失败：{reason}"

    name: str
    said: str
    reason: str


@dataclass(eq=False)
class PluginDependencyError(OpenClawError):
    """What the plugin imports cannot be put together: it is not there, not to be fetched, or not as signed."""

    code: ClassVar[str] = "plugins.dependency"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The dependencies of {name} {version} cannot be installed: {reason}"
    template_zh: ClassVar[str] = "无法安装 {name} {version} 的依赖：{reason}"

    name: str
    version: str
    reason: str


@dataclass(eq=False)
class TooManyPackagesError(OpenClawError):
    """The workspace has published as many packages as it may keep."""

    code: ClassVar[str] = "plugins.too_many_packages"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "A workspace keeps at most {limit} packages of {bytes} bytes in all."
    template_zh: ClassVar[str] = "工作区最多保存 {limit} 个插件包，总计 {bytes} 字节。"

    limit: int
    bytes: int


@dataclass(eq=False)
class McpServerError(OpenClawError):
    """A server of the Model Context Protocol does not answer, or not so that it can be used."""

    code: ClassVar[str] = "plugins.mcp_server"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The MCP server at {host} cannot be used: {reason}"
    template_zh: ClassVar[str] = "无法使用 {host} 的 MCP 服务器：{reason}"

    host: str
    reason: str


@dataclass(eq=False)
class McpChangedError(OpenClawError):
    """What the server lists is not what was looked at and agreed to; it has to be looked at again."""

    code: ClassVar[str] = "plugins.mcp_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "What the MCP server of {name} lists has changed. Look at it again."
    template_zh: ClassVar[str] = "{name} 的 MCP 服务器所列内容已变化，请重新查看。"

    name: str
