"""What can go wrong with an author's folder, keys and trials."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class PluginFolderError(OpenClawError):
    """The folder is not one of a plugin, or part of it cannot be used."""

    code: ClassVar[str] = "cli.plugin_folder"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{path}: {reason}"
    template_zh: ClassVar[str] = "{path}：{reason}"

    path: str
    reason: str


@dataclass(eq=False)
class PluginExistsError(OpenClawError):
    """There is something where the new plugin would be."""

    code: ClassVar[str] = "cli.plugin_exists"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "{path} is there already; nothing was changed."
    template_zh: ClassVar[str] = "{path} 已存在，未作任何更改。"

    path: str


@dataclass(eq=False)
class SigningKeyError(OpenClawError):
    """A signing key is not there, or not to be trusted as it lies there."""

    code: ClassVar[str] = "cli.signing_key"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The key {name} cannot be used: {reason}"
    template_zh: ClassVar[str] = "无法使用密钥 {name}：{reason}"

    name: str
    reason: str


@dataclass(eq=False)
class TrialError(OpenClawError):
    """The program that runs plugins for trial did not answer."""

    code: ClassVar[str] = "cli.trial_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The plugin could not be run here: {reason}"
    template_zh: ClassVar[str] = "无法在此运行插件：{reason}"

    reason: str
