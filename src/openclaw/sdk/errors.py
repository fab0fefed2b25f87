"""What a plugin raises, and how any failure is told to whoever called."""

from typing import Any


class PluginError(Exception):
    """A failure that the caller should know by its code.

    ``code`` is a word of the plugin's own (``not_found``), ``message`` a sentence, ``data`` anything that JSON has.
    """

    def __init__(self, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class InvalidError(PluginError):
    """Inputs, settings or output do not fit their schema; ``where`` is the path in them."""

    def __init__(self, what: str, where: str, words: str) -> None:
        super().__init__(f"plugin.invalid_{what}", f"{what}: {where} {words}", where=where, reason=words)


class NotGrantedError(PluginError):
    """The plugin asked its host for what it was not granted."""

    def __init__(self, name: str) -> None:
        super().__init__("plugin.not_granted", f"{name} was not granted to this plugin.", name=name)


class HostError(PluginError):
    """The host could not do what the plugin asked for."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__("plugin.host_failed", f"{name}: {message}", name=name, reason=code)


def told(error: BaseException) -> dict[str, Any]:
    """A failure as ``{code, message, data}``."""
    if isinstance(error, PluginError):
        return {"code": error.code, "message": str(error), "data": error.data}
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return {"code": "plugin.failed", "message": words[:2000], "data": {}}
