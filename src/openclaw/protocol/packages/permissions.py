"""What a plugin may ask for beyond computing, in words, and what an update asks for more."""

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

ANY = "*"
_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?(:[0-9]{1,5})?")
_TOOL = re.compile(r"[a-z]+(\.[a-z]+)*")
_SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_MOST = 64


class _Permission(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One permission; its parameters are lists of what it is for."""


class NetworkPermission(_Permission, frozen=True):
    """Reach hosts: each ``name``, ``*.name``, ``name:port``; ``*`` is any public one that whoever installs allows."""

    hosts: tuple[str, ...]


class DevicePermission(_Permission, frozen=True):
    """Call tools of the workspace's linked machines (``exec``, ``fs.read`` …), each under the machine's own policy."""

    tools: tuple[str, ...]


class SecretsPermission(_Permission, frozen=True):
    """Read secrets that whoever installs the plugin gives it under these names."""

    names: tuple[str, ...]


class PlainPermission(_Permission, frozen=True):
    """A permission without parameters."""


class Permissions(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """All that a plugin asks for; None: not asked for."""

    network: NetworkPermission | None = None
    device: DevicePermission | None = None
    secrets: SecretsPermission | None = None
    llm: PlainPermission | None = None  # ask the workspace's models
    notify: PlainPermission | None = None  # notify the workspace's people
    kv: PlainPermission | None = None  # keep small values between calls, of its own
    email: PlainPermission | None = None  # send mail by the server's account
    database: PlainPermission | None = None  # query databases that secrets of the workspace lead to
    javascript: PlainPermission | None = None  # open pages in a browser, of the hosts of `network`


NAMES = Permissions.__struct_fields__

PERMISSION_WORDS = {
    "network": ("Reach these hosts: {items}", "访问这些主机：{items}"),
    "network_any": ("Reach any public host", "访问任意公网主机"),
    "device": ("Use these tools on your linked machines: {items}", "在已连接的设备上使用这些工具：{items}"),
    "device_exec": ("Run commands on your linked machines", "在已连接的设备上运行命令"),
    "device_exec_more": (
        "Run commands on your linked machines, and use these tools there: {items}",
        "在已连接的设备上运行命令，并使用这些工具：{items}",
    ),
    "secrets": ("Read these secrets that you give it: {items}", "读取所提供的这些机密：{items}"),
    "llm": ("Ask the workspace's AI models, at its cost", "使用工作区的 AI 模型（计入其费用）"),
    "notify": ("Send notifications to people of the workspace", "向工作区成员发送通知"),
    "kv": ("Keep small values between calls", "在多次调用之间保存少量数据"),
    "email": ("Send mail by this server's account", "用此服务器的账户发送邮件"),
    "database": (
        "Query databases whose addresses are secrets of the workspace",
        "查询以工作区机密保存地址的数据库",
    ),
    "javascript": (
        "Open pages in a browser on the server, which runs their scripts",
        "在服务器的浏览器中打开网页并运行其脚本",
    ),
}


def permission_problem(permissions: Permissions) -> tuple[str, str] | None:
    """Which parameter is not of its form, and the permission's name; None when all are."""
    forms = {"network": _HOST, "device": _TOOL, "secrets": _SECRET}
    for name, form in forms.items():
        items = _items(permissions, name)
        if items is None:
            continue
        if not items or len(items) > _MOST or len(set(items)) != len(items):
            return name, "between 1 and 64 entries, each once"
        for item in items:
            is_any = item == ANY and name == "network"
            if not is_any and (len(item) > 253 or not form.fullmatch(item)):
                return name, item[:100]
    return None


def names_in(permissions: Permissions) -> frozenset[str]:
    """The names of those that are there."""
    return frozenset(name for name in NAMES if getattr(permissions, name) is not None)


def describe(permissions: Permissions, language: str = "en") -> dict[str, str]:
    """What each permission means for whoever grants it, by its name; ``language`` is ``en`` or ``zh``."""
    return {
        name: _sentence(name, _items(permissions, name) or (), language)
        for name in NAMES
        if getattr(permissions, name) is not None
    }


class ChangeKind(StrEnum):
    """How a permission differs from before."""

    ADDED = "added"
    REMOVED = "removed"
    WIDENED = "widened"
    NARROWED = "narrowed"


class PermissionChange(Struct, frozen=True):
    """One permission of an update that differs. ``items`` are the parameters that were added, or taken away."""

    permission: str
    kind: ChangeKind
    items: tuple[str, ...] = ()

    @property
    def needs_consent(self) -> bool:
        """Whether the plugin could do more than before."""
        return self.kind in {ChangeKind.ADDED, ChangeKind.WIDENED}

    def words(self, language: str = "en") -> str:
        """What the change means; ``language`` is ``en`` or ``zh``."""
        return _sentence(self.permission, self.items, language)


def compare(before: Permissions, after: Permissions) -> list[PermissionChange]:
    """What an update from ``before`` to ``after`` changes; one that widens and narrows is told twice."""
    return [change for name in NAMES for change in _changes(name, before, after)]


def _changes(name: str, before: Permissions, after: Permissions) -> Iterator[PermissionChange]:
    old, new = _items(before, name), _items(after, name)
    if old is None and new is None:
        return
    if old is None:
        yield PermissionChange(name, ChangeKind.ADDED, new or ())
    elif new is None:
        yield PermissionChange(name, ChangeKind.REMOVED, old)
    else:
        more = tuple(item for item in new if not is_covered(name, item, old))
        less = tuple(item for item in old if not is_covered(name, item, new))
        if more:
            yield PermissionChange(name, ChangeKind.WIDENED, more)
        if less:
            yield PermissionChange(name, ChangeKind.NARROWED, less)


def is_covered(name: str, item: str, by: tuple[str, ...]) -> bool:
    """Whether entries ``by`` of the permission ``name`` allow all that ``item`` does."""
    if name != "network" or item in by:
        return item in by
    host, _, port = item.partition(":")
    return any(_covers(entry, host, port) for entry in by)


def _covers(entry: str, host: str, port: str) -> bool:
    if entry == ANY:
        return not port or port in {"80", "443"}
    name, _, number = entry.partition(":")
    ports = {number} if number else {"", "80", "443"}
    below = name.startswith("*.") and host.removeprefix("*").endswith(name[1:])
    return port in ports and (host == name or below)


def _items(permissions: Permissions, name: str) -> tuple[str, ...] | None:
    """The parameters of a permission, () for one that has none; None when it is not asked for."""
    asked = getattr(permissions, name)
    if asked is None:
        return None
    fields = asked.__struct_fields__
    return getattr(asked, fields[0]) if fields else ()


def _sentence(name: str, items: tuple[str, ...], language: str) -> str:
    is_chinese = language == "zh"
    key = name
    if name == "network" and ANY in items:
        key = "network_any"
    elif name == "device" and "exec" in items:
        items = tuple(item for item in items if item != "exec")
        key = "device_exec_more" if items else "device_exec"
    return PERMISSION_WORDS[key][is_chinese].format(items=("、" if is_chinese else ", ").join(items))
