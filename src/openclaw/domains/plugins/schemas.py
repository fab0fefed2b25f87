"""Packages, installations, kill switches and calls as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from openclaw.infra.wire import (
    Items,
    PluginBlockId,
    PluginId,
    PluginPackageId,
    Wire,
    WireInput,
    WorkflowRunId,
)

Source = Literal["builtin", "public", "private"]
InstalledFrom = Literal["builtin", "public", "private", "mcp"]
Visibility = Literal["public", "private"]
LeastTier = Literal["landlock", "namespaces", "hardened"]
PluginName = Annotated[str, Field(pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=50)]
PluginVersion = Annotated[str, Field(min_length=5, max_length=64)]
Key = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="An Ed25519 public key in hexadecimal.")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="As an offer has it.")]
Settings = Annotated[dict[str, Any], Field(max_length=200)]
Granted = Annotated[
    dict[str, Any], Field(max_length=20, description="Permissions in the form that manifests have.")
]
SecretValues = Annotated[
    dict[
        Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_.-]{0,63}$")],
        Annotated[str, Field(max_length=8_000)],
    ],
    Field(max_length=64),
]


class Permission(Wire):
    """What a plugin asks for, and what that means."""

    name: str
    items: list[str]
    words: str


class PermissionChange(Wire):
    """How an update's permission differs from what is installed."""

    name: str
    kind: Literal["added", "removed", "widened", "narrowed"]
    items: list[str]
    words: str
    needs_consent: bool


class PluginAction(Wire):
    """One thing that a plugin can be asked to do, with the JSON Schemas of what it takes and gives."""

    name: str
    title: str
    description: str
    effect: Literal["read", "modify", "delete"]
    input: dict[str, Any]
    output: dict[str, Any]


class PluginPackage(Wire):
    """A version of a plugin in a registry."""

    id: PluginPackageId
    source: Source
    name: str
    version: str
    title: str
    description: str
    author: str
    category: str
    tags: list[str]
    permissions: list[Permission]
    publisher_key: str
    digest: str
    archive_bytes: int
    review_state: Literal["pending", "approved", "rejected"]
    review_note: str
    yanked: bool
    yank_reason: str
    deprecated: str | None
    own: bool
    installed_version: str | None
    created_at: datetime | None


class PluginPackageDetail(PluginPackage):
    """A version with its actions and settings, and how its permissions differ from what is installed."""

    homepage: str
    license: str
    actions: list[PluginAction]
    settings_schema: dict[str, Any]
    limits: dict[str, int]
    dependencies: list[str]
    changes: list[PermissionChange]
    publisher_changed: bool
    has_readme: bool


class PluginReadme(Wire):
    """What a package says of itself at length, in Markdown."""

    text: str


class PluginPackages(Items):
    """Packages."""

    items: list[PluginPackage]


class ReviewPackage(WireInput):
    """An operator's word on a public package."""

    decision: Literal["approve", "reject"]
    note: Annotated[str, Field(max_length=2_000)] = ""


class YankPackage(WireInput):
    """Take a version out of what can be installed anew, or back in."""

    yanked: bool
    reason: Annotated[str, Field(max_length=500)] = ""


class DeprecatePackage(WireInput):
    """Say what to use instead; null takes it back."""

    message: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class AcceptPublisher(WireInput):
    """From now on the name's packages are signed with that key."""

    name: PluginName
    visibility: Visibility
    key: Key


class InstallPlugin(WireInput):
    """Install a package, with some or all of the permissions that it asks for."""

    package_id: PluginPackageId
    settings: Settings = Field(default_factory=dict[str, Any])
    secrets: SecretValues = Field(default_factory=dict[str, str])
    permissions: Granted = Field(default_factory=dict[str, Any])


class UpdatePlugin(WireInput):
    """Go to another version. Permissions that it asks for more have to be granted: left out, none are."""

    package_id: PluginPackageId
    settings: Settings | None = None
    permissions: Granted | None = None
    accept_publisher: bool = False


class ChangePlugin(WireInput):
    """Change an installation; what is left out stays, each secret too."""

    settings: Settings | None = None
    secrets: SecretValues | None = None
    permissions: Granted | None = None
    enabled: bool | None = None


class Plugin(Wire):
    """What the workspace has installed. ``blocked`` is why it does not run, if a kill switch is set."""

    id: PluginId
    package_id: PluginPackageId
    source: InstalledFrom
    name: str
    version: str
    title: str
    description: str
    category: str
    publisher_key: str
    enabled: bool
    blocked: str | None
    settings: dict[str, Any]
    settings_schema: dict[str, Any]
    secrets: list[str]
    permissions: list[Permission]
    asked: list[Permission]
    actions: list[PluginAction]
    created_at: datetime
    updated_at: datetime


class Plugins(Items):
    """Installed plugins, by name."""

    items: list[Plugin]


class LookAtMcpServer(WireInput):
    """A server of the Model Context Protocol over HTTP, the name of its plugin, and headers that go along."""

    name: PluginName
    url: Annotated[str, Field(pattern=r"^https?://[\x21-\x7e]+$", max_length=2_000)]
    headers: SecretValues = Field(default_factory=dict[str, str])


class InstallMcpServer(LookAtMcpServer):
    """Install it, if it is still what was seen."""

    digest: Digest


class RefreshMcpPlugin(WireInput):
    """Take over what its server lists, if it is still what was seen."""

    digest: Digest


class ActionChange(Wire):
    """How an action differs from what is installed; ``parts`` are title, description, effect, input, output."""

    name: str
    kind: Literal["added", "removed", "changed"]
    parts: list[str]


class McpOffer(Wire):
    """What a server would be installed as. Whoever agrees to it says its digest."""

    name: str
    version: str
    title: str
    description: str
    publisher_key: str
    permissions: list[Permission]
    actions: list[PluginAction]
    changes: list[ActionChange]
    digest: str


class SetBlock(WireInput):
    """Switch off what fits all of it: a name, a version of it, a publisher. ``everywhere``: for operators."""

    name: PluginName | None = None
    version: PluginVersion | None = None
    publisher_key: Key | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    everywhere: bool = False


class PluginBlock(Wire):
    """A kill switch."""

    id: PluginBlockId
    name: str | None
    version: str | None
    publisher_key: str | None
    reason: str
    everywhere: bool
    created_at: datetime


class PluginBlocks(Items):
    """Kill switches that hold for the workspace."""

    items: list[PluginBlock]


class PluginSettings(Wire):
    """What the workspace asks of the isolation of plugins."""

    least_tier: LeastTier


class PutPluginSettings(WireInput):
    """Set it."""

    least_tier: LeastTier


class RefusedConnection(Wire):
    """A host that a plugin's code tried to reach, and why it was not let; at most 20 of a call are told."""

    host: str
    port: int
    decision: str


class PluginCall(Wire):
    """One call of a plugin's code: how it was kept apart, what it used and said, how it ended."""

    name: str
    version: str
    action: str
    state: Literal["completed", "failed", "stopped", "violation"]
    tier: str | None
    error: str | None
    usage: dict[str, float]
    refused: list[RefusedConnection]
    logs: str
    workflow_run_id: WorkflowRunId | None
    path: str | None
    started_at: datetime
    finished_at: datetime


class PluginCalls(Items):
    """The user's calls, the last first."""

    items: list[PluginCall]
