"""The worker looks into a new version: its words, its links, a small picture of it."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

from openclaw.domains.artifacts.jobs.drawing import DRAWN, draw
from openclaw.domains.artifacts.models import ArtifactVersionRow
from openclaw.domains.artifacts.policy.checks import MAX_READ, find_broken, links_in, shortened
from openclaw.domains.artifacts.policy.content import is_textual
from openclaw.domains.artifacts.policy.reading import words_in
from openclaw.domains.artifacts.repository import results as repository
from openclaw.domains.artifacts.service import bodies, results
from openclaw.domains.workspaces import service as workspaces
from openclaw.durable.queue import Job
from openclaw.infra.blobs import BlobStore
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Actor, Role

_MOST_READ = 40
_WORDS_KEPT = 20_000
_EXCERPT = 500


class Processor:
    """Does jobs of `events.PROCESS_KIND`."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Look into one version. What has been deleted meanwhile is none. Raises UnavailableError."""
        actor = actor_of(job)
        artifact_id, number = UUID(hex=job.payload["artifactId"]), int(job.payload["version"])
        async with self._database.transaction(actor, is_quiet=True) as scope:
            row = await repository.find(scope, artifact_id)
            version = await repository.find_version(scope, artifact_id, number)
            if row is None or version is None:
                return None
        names = [file["path"] for file in version.files]
        texts: list[str] = []
        broken: list[str] = []
        external: list[str] = []
        for file in version.files:
            if not is_textual(file["type"]) or file["bytes"] > MAX_READ or len(texts) == _MOST_READ:
                continue
            _, body = await bodies.load(actor, version, file["path"], self._blobs)
            text = body.decode("utf-8", "replace")
            words, links = await asyncio.to_thread(_look, file["type"], text)
            texts.append(words)
            dead, out = find_broken(file["path"], links, names)
            broken += dead
            external += out
        thumbnail = await self._draw(actor, version)
        said = storable(" ".join(texts))[:_WORDS_KEPT]
        derived = {
            "links": {"broken": shortened(broken), "external": list(dict.fromkeys(external))[:200]},
            "words": len(said.split()),
        }
        async with self._database.transaction(actor) as scope:
            row = await repository.find(scope, artifact_id, lock=True)
            if row is None:
                return None
            await repository.put_derived(scope, artifact_id, number, derived)
            if row.version == number:
                row.thumbnail = thumbnail
                row.excerpt = " ".join(said.split())[:_EXCERPT]
                await scope.session.flush()
                await results.index(scope, row, said)
                await results.announce(scope, row)
        return {"words": derived["words"], "brokenLinks": len(broken)}

    async def _draw(self, actor: Actor, version: ArtifactVersionRow) -> str | None:
        """Keep a small picture of the image that the version is; its digest."""
        if (
            not version.entry
            or next(f for f in version.files if f["path"] == version.entry)["type"] not in DRAWN
        ):
            return None
        _, body = await bodies.load(actor, version, version.entry, self._blobs)
        picture = await draw(body)
        if picture is None:
            return None
        digest = hashlib.sha256(picture).hexdigest()
        await self._blobs.put(actor, bodies.place(version.artifact_id, digest), picture)
        return digest


def actor_of(job: Job) -> Actor:
    """Who a job is for, as somebody who may do what they asked for when it was accepted."""
    return Actor(user_id=job.user_id, workspace_id=job.workspace_id, role=Role.MEMBER)


async def check_may(database: Database, actor: Actor) -> None:
    """Raise NotAllowedError when who asked for it has left the workspace by now."""
    async with database.transaction(actor, is_quiet=True) as scope:
        await workspaces.check_still_member(scope)


def _look(media_type: str, text: str) -> tuple[str, list[str]]:
    return words_in(media_type, text), links_in(media_type, text)
