"""Addresses that show a version to a browser without a session, and that lead to nothing else."""

import base64
import hmac
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from openclaw.domains.artifacts.models import ArtifactVersionRow, PublicationRow, ReleaseRow
from openclaw.domains.artifacts.policy.paths import BadPath, safe_path
from openclaw.domains.artifacts.repository import publications, results
from openclaw.domains.artifacts.service import bodies
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import KeyRing

LIFETIME = timedelta(hours=1)
PASS_LIFETIME = timedelta(hours=12)
_PURPOSE = "artifact-view-v1"
_ENTERED = "artifact-pass-v1"
_TOKEN_BYTES = 16 + 16 + 4 + 6


class Shown(NamedTuple):
    """What an address is of."""

    workspace_id: UUID
    artifact_id: UUID
    version: int


def make_token(keys: KeyRing, shown: Shown, until: datetime) -> str:
    """A name that nobody can make up, for one version until then."""
    packed = (
        shown.workspace_id.bytes
        + shown.artifact_id.bytes
        + shown.version.to_bytes(4, "big")
        + int(until.timestamp()).to_bytes(6, "big")
    )
    text = base64.urlsafe_b64encode(packed).decode()
    return f"{text}.{keys.mac(_PURPOSE, text)}"


def read_token(keys: KeyRing, token: str, now: datetime) -> Shown | None:
    """What `make_token` named; None for what it did not make, or not for now."""
    text, _, proof = token.partition(".")
    if not token.isascii() or not hmac.compare_digest(keys.mac(_PURPOSE, text), proof):
        return None
    packed = base64.urlsafe_b64decode(text)
    until = datetime.fromtimestamp(int.from_bytes(packed[36:_TOKEN_BYTES], "big"), UTC)
    if now >= until:
        return None
    return Shown(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), int.from_bytes(packed[32:36], "big"))


def make_pass(keys: KeyRing, row: PublicationRow, now: datetime) -> str:
    """What whoever knew the password reads a site with for some hours; another password ends it."""
    until = int((now + PASS_LIFETIME).timestamp())
    return f"{until:x}.{keys.mac(_ENTERED, _passed(row, until))[:43]}"


def is_pass(keys: KeyRing, row: PublicationRow, text: str, now: datetime) -> bool:
    """Whether `make_pass` made it for this site and its password, and it still counts."""
    digits, _, proof = text.partition(".")
    if not text.isascii() or not 0 < len(digits) <= 12 or not set(digits) <= set("0123456789abcdef"):
        return False
    until = int(digits, 16)
    expected = keys.mac(_ENTERED, _passed(row, until))[:43]
    return hmac.compare_digest(expected, proof) and now.timestamp() < until


class Page(NamedTuple):
    """A file as a browser is given it."""

    media_type: str
    digest: str
    body: bytes
    is_missing: bool = False


async def find_version(scope: Scope, shown: Shown) -> ArtifactVersionRow | None:
    """The version of an address. Needs a system scope: the address is the credential."""
    return await results.find_any_version(scope, shown.workspace_id, shown.artifact_id, shown.version)


async def find_site(scope: Scope, slug: str) -> tuple[PublicationRow, ReleaseRow] | None:
    """What the public sees under a name. Needs a system scope: the public has none."""
    return await publications.find_site(scope, slug)


async def load_page(
    files: list[dict[str, str]],
    entry: str,
    path: str,
    blobs: BlobStore,
    *,
    workspace_id: UUID,
    artifact_id: UUID,
) -> Page | None:
    """The file that a path of a site means: itself, a page without its ending, a folder's index, or its 404 page.

    Raises UnavailableError.
    """
    known = {file["path"]: file for file in files}
    file = next((known[name] for name in _meant(path, entry) if name in known), None)
    is_missing = file is None
    if file is None:
        file = known.get("404.html")
    if file is None:
        return None
    body = await bodies.load_body(workspace_id, artifact_id, file["digest"], blobs)
    return Page(file["type"], file["digest"], body, is_missing)


def _meant(path: str, entry: str) -> list[str]:
    if not path:
        return [entry]
    try:
        name = safe_path(path.removesuffix("/"))
    except BadPath:
        return []
    return [f"{name}/index.html"] if path.endswith("/") else [name, f"{name}.html"]


def _passed(row: PublicationRow, until: int) -> str:
    return f"{row.artifact_id.hex}:{row.password_hash}:{until}"
