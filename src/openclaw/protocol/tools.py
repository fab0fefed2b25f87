"""The tools that a linked machine offers: their names, arguments and results.

The server shows the argument types to the model (as JSON schema) and the machine decodes them with the same
types, so neither end can accept what the other refuses. Sizes are bytes unless a name says otherwise.
"""

from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import Meta, Struct

SyncMode = Literal["local_only", "metadata", "full"]
ResultKind = Literal["site", "document", "markdown", "code", "image", "table", "chart", "file_set"]
PathText = Annotated[str, Meta(min_length=1, max_length=4096)]
MAX_WRITE_BYTES = 1_048_576
MAX_OUTPUT_BYTES = 262_144


class FsList(Struct, frozen=True, forbid_unknown_fields=True):
    """List the entries of a folder."""

    path: Annotated[str, Meta(min_length=1, max_length=4096, description="Folder; ~ is the home folder.")]
    depth: Annotated[int, Meta(ge=1, le=5, description="How many levels deep.")] = 1
    limit: Annotated[int, Meta(ge=1, le=2000)] = 500


class FsRead(Struct, frozen=True, forbid_unknown_fields=True):
    """Read a text file, by lines."""

    path: PathText
    offset: Annotated[int, Meta(ge=0, description="First line to return, from 0.")] = 0
    limit: Annotated[int, Meta(ge=1, le=5000, description="How many lines.")] = 2000


class FsSearch(Struct, frozen=True, forbid_unknown_fields=True):
    """Find lines that contain a text (or match a regular expression) in the files below a folder."""

    path: PathText
    query: Annotated[str, Meta(min_length=1, max_length=1000)]
    glob: Annotated[str | None, Meta(description="Only files whose name matches, e.g. *.py")] = None
    regex: bool = False
    limit: Annotated[int, Meta(ge=1, le=1000)] = 200


class FsWrite(Struct, frozen=True, forbid_unknown_fields=True):
    """Create a text file or replace its whole content."""

    path: PathText
    content: Annotated[str, Meta(max_length=MAX_WRITE_BYTES)]


class Replacement(Struct, frozen=True, forbid_unknown_fields=True):
    """Replace ``old`` (which must occur exactly once, unless ``every``) by ``new``."""

    old: Annotated[str, Meta(min_length=1, max_length=MAX_WRITE_BYTES)]
    new: Annotated[str, Meta(max_length=MAX_WRITE_BYTES)]
    every: bool = False


class FsEdit(Struct, frozen=True, forbid_unknown_fields=True):
    """Patch a text file by exact replacements, all or none."""

    path: PathText
    edits: Annotated[list[Replacement], Meta(min_length=1, max_length=100)]


class FsMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Move or rename a file, a link or a whole folder."""

    path: PathText
    to: Annotated[str, Meta(min_length=1, max_length=4096, description="Its new path, with its new name.")]
    overwrite: Annotated[bool, Meta(description="Replace a file that is there; its content is kept.")] = False


class FsDelete(Struct, frozen=True, forbid_unknown_fields=True):
    """Delete a file, a link or a whole folder. It can be brought back for 30 days."""

    path: PathText
    keep: Annotated[bool, Meta(description="False: delete for good what is too large to keep.")] = True


class Exec(Struct, frozen=True, forbid_unknown_fields=True):
    """Run a program (``argv``) or a shell line (``command``); exactly one of the two."""

    command: Annotated[str, Meta(max_length=32_768)] | None = None
    argv: Annotated[list[str], Meta(max_length=1000)] | None = None
    cwd: Annotated[str, Meta(max_length=4096, description="Folder to run in; ~ is the home folder.")] = "~"
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 120.0


class FsCollect(Struct, frozen=True, forbid_unknown_fields=True):
    """Keep a file, or all files of a folder, as a result that the user finds in the results centre.

    A site needs an index.html. Nothing on the machine changes.
    """

    path: PathText
    title: Annotated[str, Meta(min_length=1, max_length=200, description="What the user will look for.")]
    kind: ResultKind
    summary: Annotated[str, Meta(max_length=2000)] = ""
    tags: Annotated[list[Annotated[str, Meta(min_length=1, max_length=50)]], Meta(max_length=20)] = []
    mode: SyncMode = "local_only"  # how much may leave the machine: the server says, never a model


class SystemInfo(Struct, frozen=True, forbid_unknown_fields=True):
    """Describe the machine: system, processor, memory, disks, user, home folder."""


CallIds = Annotated[list[Annotated[str, Meta(min_length=1, max_length=128)]], Meta(max_length=1000)]


class FsUndoPreview(Struct, frozen=True, forbid_unknown_fields=True):
    """What undoing ``calls`` (ids, in the order in which they ran) would do; changes nothing."""

    calls: CallIds


class FsUndo(Struct, frozen=True, forbid_unknown_fields=True):
    """Undo ``calls``; a path that was changed since is left alone unless ``force`` names it."""

    calls: CallIds
    force: Annotated[list[PathText], Meta(max_length=5000)] = []


ToolName = Literal[
    "fs.list",
    "fs.read",
    "fs.search",
    "fs.collect",
    "fs.write",
    "fs.edit",
    "fs.move",
    "fs.delete",
    "exec",
    "system.info",
]

ARGUMENTS: dict[str, type[Struct]] = {
    "fs.list": FsList,
    "fs.read": FsRead,
    "fs.search": FsSearch,
    "fs.collect": FsCollect,
    "fs.write": FsWrite,
    "fs.edit": FsEdit,
    "fs.move": FsMove,
    "fs.delete": FsDelete,
    "exec": Exec,
    "system.info": SystemInfo,
}

OTHERS = "pi.*"  # in a list of tools: all that a machine's own runtime has and we do not know
COLLECT = "fs.collect"
UNDO = "fs.undo"
UNDO_PREVIEW = "fs.undo.preview"
# A person asks for these, never a model: they are no tools.
UNDO_ARGUMENTS: dict[str, type[Struct]] = {UNDO_PREVIEW: FsUndoPreview, UNDO: FsUndo}


class PolicyCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """What the machine's own policy would say to a call of ``tool``; runs nothing."""

    tool: Annotated[str, Meta(max_length=64)]
    arguments: dict[str, Any]


POLICY_CHECK = "policy.check"
PERSON_ARGUMENTS: dict[str, type[Struct]] = {**UNDO_ARGUMENTS, POLICY_CHECK: PolicyCheck}


class InvalidArguments(ValueError):  # noqa: N818  (a value the caller turns into its own error)
    """The arguments are not of the tool's form; the message says where."""


def decode_arguments(tool: str, arguments: Any) -> Struct:
    """``arguments`` (decoded JSON) as the tool's type; InvalidArguments when they do not fit."""
    if tool not in ARGUMENTS:
        raise InvalidArguments(f"unknown tool {tool!r}")
    try:
        decoded = msgspec.convert(arguments, ARGUMENTS[tool])
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArguments(str(error)) from None
    if isinstance(decoded, Exec) and (decoded.command is None) == (decoded.argv is None):
        raise InvalidArguments("exec takes exactly one of `command` and `argv`")
    return decoded


def decode_command(command: str, arguments: Any) -> Struct:
    """The arguments of whatever a server may ask of a machine: a tool, an undo, a word on its policy.

    InvalidArguments otherwise.
    """
    if command not in PERSON_ARGUMENTS:
        return decode_arguments(command, arguments)
    try:
        return msgspec.convert(arguments, PERSON_ARGUMENTS[command])
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArguments(str(error)) from None


def json_schema(tool: str) -> dict[str, Any]:
    """The JSON schema of a tool's arguments, without references."""
    (schema,), components = msgspec.json.schema_components([ARGUMENTS[tool]], ref_template="{name}")
    return _inlined(schema, components)


def description(tool: str) -> str:
    """One line that tells the model what the tool does."""
    return " ".join((ARGUMENTS[tool].__doc__ or "").split())


def _inlined(node: Any, components: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        members = cast("dict[str, Any]", node)
        if "$ref" in members:
            return _inlined(components[members["$ref"]], components)
        return {key: _inlined(value, components) for key, value in members.items() if key != "title"}
    if isinstance(node, list):
        return [_inlined(item, components) for item in cast("list[Any]", node)]
    return node
