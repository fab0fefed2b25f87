"""Results as they travel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, Strict

from openclaw.infra.wire import ArtifactId, Items, UserId, Wire, WireInput
from openclaw.protocol.runs import SyncMode

Kind = Literal["site", "document", "markdown", "code", "image", "table", "chart", "file_set"]
Status = Literal[
    "draft", "ready_for_review", "approved", "ready_to_publish", "published", "complete", "archived"
]
Action = Literal["review", "export", "share", "publish", "continue"]
SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"
Visibility = Literal["private", "workspace"]
Target = Literal["path", "bucket"]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=30)]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=500)]
OriginName = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$")]
FilePath = Annotated[str, Field(min_length=1, max_length=400)]
Text = Annotated[str, Field(max_length=2_000_000)]
Instant = Annotated[AwareDatetime, Strict(strict=False)]


@dataclass(frozen=True)
class NewArtifact:
    """A result that a slice above saves. ``files``: path and body of each; ``declared``: of those that stay where
    they are, ``{"path", "bytes", "digest"}``. ``provenance``: plain ids by name (``runId``, ``systemId`` …).
    """

    title: str
    kind: Kind
    files: Sequence[tuple[str, bytes]] = ()
    summary: str = ""
    tags: Sequence[str] = ()
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    visibility: Visibility = "private"
    sync_mode: SyncMode = "full"
    declared: Sequence[Mapping[str, Any]] = ()
    note: str = ""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class NewVersion:
    """Another version of a result; as `NewArtifact`."""

    files: Sequence[tuple[str, bytes]] = ()
    note: str = ""
    provenance: Mapping[str, str] = field(default_factory=dict[str, str])
    sync_mode: SyncMode = "full"
    declared: Sequence[Mapping[str, Any]] = ()
    idempotency_key: str | None = None


class TextFile(WireInput):
    """A text file of a result."""

    path: FilePath
    content: Annotated[str, Field(max_length=2_000_000), Strict()]


class SaveArtifact(WireInput):
    """A result of texts: one as ``content`` (its name is ``path``, else the kind's own), or several as ``files``."""

    title: Title
    kind: Kind
    content: Text | None = None
    path: FilePath | None = None
    files: Annotated[list[TextFile], Field(max_length=500, default_factory=list)]
    summary: Annotated[str, Field(max_length=2000)] = ""
    tags: Annotated[Tags, Field(default_factory=list)]
    visibility: Visibility = "private"
    provenance: Annotated[dict[OriginName, OriginName], Field(max_length=12, default_factory=dict)]


class SaveVersion(WireInput):
    """Another version of a result, of texts."""

    content: Text | None = None
    path: FilePath | None = None
    files: Annotated[list[TextFile], Field(max_length=500, default_factory=list)]
    note: Note = ""


class ChangeArtifact(WireInput):
    """What people say about a result; ``rating`` from 0 (not rated) to 5."""

    title: Title | None = None
    summary: Annotated[str, Field(max_length=2000)] | None = None
    tags: Tags | None = None
    visibility: Visibility | None = None
    rating: Annotated[int, Field(ge=0, le=5)] | None = None


class ChangeStatus(WireInput):
    """Where a result goes from its status; ``version`` is the one that was looked at, so that no newer is meant."""

    status: Status
    version: Annotated[int, Field(ge=1)] | None = None
    note: Note = ""


class RestoreVersion(WireInput):
    """The version to have again."""

    version: Annotated[int, Field(ge=1, le=10_000)]


class PublishArtifact(WireInput):
    """How a version is published. What is left out stays as it was, and is at first: a name made from the title, no
    password, no end. ``password`` "" takes it away, ``expiresAt`` null the end. ``ignore``: checks whose findings are
    accepted."""

    version: Annotated[int, Field(ge=1)] | None = None
    slug: Annotated[str, Field(pattern=SLUG_PATTERN)] | None = None
    password: Annotated[str, Field(max_length=200)] | None = None
    expires_at: Instant | None = None
    target: Target = "path"
    ignore: Annotated[list[Literal["links"]], Field(max_length=1, default_factory=list)]


class RollBack(WireInput):
    """The release to show again; the one before the present when left out."""

    release: Annotated[int, Field(ge=1)] | None = None


class Artifact(Wire):
    """A result in the list. It answers by itself what is finished (``isFinished``), what is best (``rating``), what
    can be done with it (``actions``, ``statuses`` that it can get to), and what made it (``provenance``).

    ``live``: where the public sees it, and which version.
    """

    id: ArtifactId
    kind: Kind
    title: str
    summary: str
    status: Status
    statuses: list[Status]
    is_finished: bool
    actions: list[Action]
    tags: list[str]
    rating: int
    visibility: Visibility
    sync_mode: SyncMode
    version: int
    media_type: str
    bytes: int
    file_count: int
    excerpt: str
    has_thumbnail: bool
    provenance: dict[str, str]
    live: "Live | None"
    created_by: UserId
    updated_by: UserId
    created_at: datetime
    updated_at: datetime


class Live(Wire):
    """What the public sees of a result."""

    url: str
    version: int


class Artifacts(Items):
    """Results, the newest or the best first."""

    items: list[Artifact]


class ArtifactCounts(Wire):
    """How many results one can see: by status, by kind, of the public ones, of the finished ones."""

    statuses: dict[Status, int]
    kinds: dict[Kind, int]
    live: int
    finished: int


class ArtifactFile(Wire):
    """A file of a version; ``digest`` is the SHA-256 of its body. Without name and digest where those stay away."""

    path: str
    type: str
    bytes: int
    digest: str


class ArtifactVersion(Wire):
    """A version. ``derived``: what the worker has found out (``links words pixels``); null until it has."""

    number: int
    note: str
    entry: str
    bytes: int
    files: list[ArtifactFile]
    sync_mode: SyncMode
    provenance: dict[str, str]
    derived: dict[str, Any] | None
    created_by: UserId
    created_at: datetime


class ArtifactDetail(Artifact):
    """A result with one of its versions, and how it is published, null before it ever was. ``targets``: what this
    server publishes to."""

    shown: ArtifactVersion
    publication: "Publication | None"
    targets: list[Target]


class ArtifactVersions(Wire):
    """The newest 200 versions, the newest first."""

    items: list[ArtifactVersion]


class FileChange(Wire):
    """How a file differs between two versions; ``diff`` in unified form, null for what cannot be compared by lines."""

    path: str
    change: Literal["added", "removed", "changed"]
    diff: str | None


class ArtifactDiff(Wire):
    """What changed from one version to another; files that are the same are left out."""

    before: int
    after: int
    files: list[FileChange]


class ViewAddress(Wire):
    """Where a browser shows a version, kept apart from everything else, until ``expiresAt``. To be framed with the
    attribute ``sandbox="allow-scripts"``."""

    url: str
    expires_at: datetime


class CheckResult(Wire):
    """What a check before publishing found; nothing when it is passed."""

    name: Literal["entry", "size", "secrets", "links"]
    problems: list[str]
    is_ignored: bool


class Release(Wire):
    """One publishing of a version. ``state``: checking, then passed, refused by a check, or failed."""

    number: int
    version: int
    state: Literal["checking", "passed", "refused", "failed"]
    checks: list[CheckResult]
    is_live: bool
    created_by: UserId
    created_at: datetime
    finished_at: datetime | None


class Publication(Wire):
    """Where and how the public sees a result, with its releases, the newest first. ``url``: where it is, or was."""

    slug: str
    url: str
    target: Target
    is_live: bool
    release: int | None
    has_password: bool
    expires_at: datetime | None
    releases: list[Release]
