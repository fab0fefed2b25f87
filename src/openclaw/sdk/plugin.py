"""The class that a plugin is, and what it says of itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from openclaw.sdk.context import Context
from openclaw.sdk.schemas import mismatch

Schema = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])
_ACTION = "_openclaw_action"


@dataclass(frozen=True)
class PluginMetadata:
    """What a plugin is.

    ``version`` is ``1.2.3``; ``dependencies`` are ``name==version`` (their hashes stand in ``requirements.txt``);
    ``permissions`` are ``llm``, ``notify``, ``kv``, ``email``, ``database``, ``network`` (any public host) or
    ``network:api.example.com``, ``device:exec``, ``secrets:token``. Texts ending in ``_zh`` are Chinese.
    """

    name: str
    version: str
    description: str
    author: str
    category: str = "other"
    tags: Sequence[str] = ()
    dependencies: Sequence[str] = ()
    permissions: Sequence[str] = ()
    title: str = ""
    title_zh: str = ""
    description_zh: str = ""
    homepage: str = ""
    license: str = ""


@dataclass(frozen=True)
class ResourceLimits:
    """What one call may use."""

    memory_mb: int = 512
    cpu_seconds: int = 30
    wall_seconds: int = 60
    files_mb: int = 16


@dataclass(frozen=True)
class PluginConfig:
    """How a plugin is installed: whether it is enabled, its settings, what a call may use."""

    enabled: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    resources: ResourceLimits = ResourceLimits()


@dataclass(frozen=True)
class ActionMetadata:
    """What one action is: texts, JSON Schemas, and whether it reads, modifies or deletes something in the world."""

    title: str
    input: Schema
    output: Schema
    description: str = ""
    title_zh: str = ""
    description_zh: str = ""
    effect: str = "modify"


def action(
    title: str,
    *,
    input: Schema,  # noqa: A002 - the word of the contract
    output: Schema,
    description: str = "",
    title_zh: str = "",
    description_zh: str = "",
    effect: str = "modify",
) -> Callable[[Method], Method]:
    """Make a method ``async def name(self, inputs, context)`` an action of its plugin, beside ``execute``."""

    def mark(method: Method) -> Method:
        about = ActionMetadata(title, input, output, description, title_zh, description_zh, effect)
        setattr(method, _ACTION, about)
        return method

    return mark


class BasePlugin:
    """A plugin. A call makes one, calls it once and throws it away: what must last is kept with ``context.kv``."""

    metadata: ClassVar[PluginMetadata]
    resources: ClassVar[ResourceLimits] = ResourceLimits()
    config_schema: ClassVar[Schema] = {}
    input_schema: ClassVar[Schema] = {}
    output_schema: ClassVar[Schema] = {}
    effect: ClassVar[str] = "modify"  # of `execute`: read, modify or delete

    config: PluginConfig = PluginConfig()

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        """The plugin's work: ``inputs`` fit ``input_schema``, what is returned must fit ``output_schema``.

        A plugin whose actions all have names of their own leaves this alone: it is then not among them.
        """
        raise NotImplementedError

    async def perform_action(self, name: str, inputs: dict[str, Any], context: Context) -> Any:
        """Carry out the action ``name``: here, the method of that name."""
        return await getattr(self, name)(inputs, context)

    @classmethod
    def describe_actions(cls) -> dict[str, ActionMetadata]:
        """Every action by its name: ``execute`` where it is written, then the marked methods."""
        found: dict[str, ActionMetadata] = {}
        if cls.execute is not BasePlugin.execute:
            about = cls.metadata
            found["execute"] = ActionMetadata(
                title=about.title or about.name,
                title_zh=about.title_zh,
                description=about.description,
                description_zh=about.description_zh,
                input=cls.input_schema,
                output=cls.output_schema,
                effect=cls.effect,
            )
        for name in dir(cls):
            marked = getattr(getattr(cls, name), _ACTION, None)
            if isinstance(marked, ActionMetadata):
                found[name] = marked
        return found

    async def validate_config(self, config: dict[str, Any]) -> bool:
        """Whether the plugin works with these settings. Here: whether they fit ``config_schema``."""
        return mismatch(self.config_schema, config) is None

    async def on_install(self, context: Context) -> None:
        """Called once after installation, with the grants of the installation."""

    async def on_uninstall(self, context: Context) -> None:
        """Called before the plugin is removed."""

    async def on_enable(self, context: Context) -> None:
        """Called when the plugin is switched on."""

    async def on_disable(self, context: Context) -> None:
        """Called when the plugin is switched off."""
