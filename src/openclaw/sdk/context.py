"""What a call may use beyond computing: its settings, what its host does for it, files, log lines."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from openclaw.sdk.errors import HostError, NotGrantedError, PluginError
from openclaw.sdk.http import Http
from openclaw.sdk.page import Page

_MASK = "•••"
_SHORTEST_MASKED = 4


class Host(Protocol):
    """The other side of a call, as the sandbox gives it to the code."""

    def call(self, name: str, /, **parameters: Any) -> Any:
        """Ask for ``name``; an error has a ``code``."""
        ...


class Files:
    """Files that go back with the output."""

    def __init__(self, folder: Path) -> None:
        self.written: list[dict[str, str]] = []
        self._folder = folder

    def write(self, name: str, data: bytes | str, type: str = "application/octet-stream") -> str:  # noqa: A002
        """Give ``data`` back as the file ``name`` (no folders) of the media type ``type``; its name.

        :raises PluginError: ``bad_file_name``.
        """
        if not name or len(name) > 200 or name.startswith(".") or any(c in name for c in "/\\\0\n"):
            raise PluginError("bad_file_name", f"{name[:200]!r} cannot be the name of a file.")
        (self._folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
        self.written = [file for file in self.written if file["name"] != name]
        self.written.append({"name": name, "type": type})
        return name


class KeyValue:
    """Small values that outlive a call, each up to 64 KiB as JSON. Permission: ``kv``."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    async def get(self, key: str) -> Any:
        """The value of ``key``, None when there is none."""
        return self._context.ask("kv.get", key=key)

    async def set(self, key: str, value: Any) -> None:
        """Keep ``value``, anything that JSON has."""
        self._context.ask("kv.set", key=key, value=value)

    async def delete(self, key: str) -> None:
        """Forget ``key``."""
        self._context.ask("kv.delete", key=key)

    async def keys(self, prefix: str = "") -> list[str]:
        """Every key that begins with ``prefix``."""
        return list(self._context.ask("kv.keys", prefix=prefix))


class Context:
    """One call's. What needs a permission raises NotGrantedError without it, HostError when the host fails."""

    def __init__(self, host: Host, *, settings: Mapping[str, Any], key: str, folder: Path) -> None:
        self.settings = settings
        self.key = key  # the same when the same work is tried again: pass it on to what must happen once
        self.files = Files(folder)
        self.http = Http(self.ask)
        self.kv = KeyValue(self)
        self._host = host
        self._secrets: dict[str, str] = {}

    def ask(self, name: str, /, **parameters: Any) -> Any:
        """A host call by its name; what the methods of this class are made of."""
        given = {key: value for key, value in parameters.items() if value is not None}
        try:
            return self._host.call(name, **given)
        except PluginError:
            raise
        except Exception as error:  # the host's own class is the sandbox's, which this package does not know
            code = getattr(error, "code", None)
            if not isinstance(code, str):
                raise
            if code == "not_granted":
                raise NotGrantedError(name) from None
            raise HostError(name, code, self.masked(str(error))) from None

    def log(self, *values: object) -> None:
        """A line in the run's log. Secrets that were read are masked in it."""
        sys.stdout.write(self.masked(" ".join(map(str, values))) + "\n")

    def masked(self, text: str) -> str:
        """``text`` without the secrets that were read."""
        for value in self._secrets.values():
            if len(value) >= _SHORTEST_MASKED:
                text = text.replace(value, _MASK)
        return text

    async def secret(self, name: str) -> str:
        """The secret that whoever installed the plugin gave it under ``name``. Permission: ``secrets:name``."""
        if name not in self._secrets:
            self._secrets[name] = str(self.ask("secret", name=name))
        return self._secrets[name]

    async def page(self, url: str, *, wait_for: str | None = None) -> Page:
        """The page at ``url`` once its scripts have run, or have made what the selector ``wait_for`` finds.

        Permissions: ``javascript``, and ``network`` for every host that the page is made from.
        """
        answer = self.ask("page", url=url, wait_for=wait_for)
        return Page(url=str(answer["url"]), status=int(answer["status"]), html=str(answer["html"]))

    async def device(self, tool: str, arguments: Mapping[str, Any], *, device: str | None = None) -> Any:
        """Call a tool on a linked machine, under that machine's policy. Permission: ``device:tool``."""
        return self.ask("device", tool=tool, arguments=dict(arguments), device=device)

    async def llm(
        self,
        prompt: str,
        *,
        system: str | None = None,
        model: str | None = None,
        max_tokens: int | None = None,
    ) -> str:
        """What a model of the workspace answers. Permission: ``llm``."""
        answer = self.ask("llm", prompt=prompt, system=system, model=model, max_tokens=max_tokens)
        return str(answer["text"])

    async def notify(self, title: str, body: str = "", *, to: str | None = None) -> None:
        """Notify ``to`` (a user name), or whoever started the run. Permission: ``notify``."""
        self.ask("notify", title=title, body=body, to=to)

    async def email(
        self,
        to: list[str],
        subject: str,
        text: str,
        *,
        html: str | None = None,
        reply_to: str | None = None,
    ) -> None:
        """Have the server send a mail by its account. Permission: ``email``."""
        self.ask("email", to=to, subject=subject, text=text, html=html, reply_to=reply_to)

    async def query(self, connection: str, sql: str, parameters: list[Any] | None = None) -> dict[str, Any]:
        """Query the PostgreSQL that a workspace secret leads to: ``columns``, ``rows``. Permission: ``database``."""
        return dict(self.ask("database.query", connection=connection, sql=sql, parameters=parameters or []))
