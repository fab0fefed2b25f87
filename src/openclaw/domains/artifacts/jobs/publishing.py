"""The publish pipeline: a release is checked, put where it belongs, and shown."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.artifacts.jobs.processing import actor_of, check_may
from openclaw.domains.artifacts.models import ReleaseRow
from openclaw.domains.artifacts.policy import checks
from openclaw.domains.artifacts.policy.content import is_textual
from openclaw.domains.artifacts.repository import publications as repository
from openclaw.domains.artifacts.repository import results
from openclaw.domains.artifacts.service import bodies, publishing
from openclaw.domains.artifacts.service.buckets import Bucket
from openclaw.domains.artifacts.service.results import announce
from openclaw.durable.queue import Job
from openclaw.infra.blobs import BlobStore
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor
from openclaw.kit.errors import OpenClawError, UnavailableError


class Publisher:
    """Does jobs of `events.PUBLISH_KIND`. The same job again does the same."""

    def __init__(self, database: Database, blobs: BlobStore, bucket: Bucket | None) -> None:
        self._database = database
        self._blobs = blobs
        self._bucket = bucket

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Bring one release to its end. Raises UnavailableError, NotAllowedError."""
        actor = actor_of(job)
        artifact_id, number = UUID(hex=job.payload["artifactId"]), int(job.payload["release"])
        try:
            await check_may(self._database, actor)
            return await self._publish(actor, artifact_id, number)
        except UnavailableError:
            raise
        except Exception as error:
            await self._give_up(actor, artifact_id, number, error)
            raise

    async def _publish(self, actor: Actor, artifact_id: UUID, number: int) -> dict[str, Any] | None:
        async with self._database.transaction(actor, is_quiet=True) as scope:
            artifact = await results.find(scope, artifact_id)
            release = await repository.find_release(scope, artifact_id, number)
            row = await repository.find_publication(scope, artifact_id)
        if artifact is None or release is None or row is None or release.state not in ("checking", "passed"):
            return None
        found = release.checks
        if release.state == "checking":
            found = await self._checked(actor, artifact.kind, release)
        is_refused = any(check["problems"] and not check["is_ignored"] for check in found)
        if not is_refused and row.target == "bucket" and self._bucket is not None:
            await self._upload(actor, row.slug, release)
        async with self._database.transaction(actor) as scope:
            artifact = await results.find(scope, artifact_id, lock=True)
            row = await repository.find_publication(scope, artifact_id, lock=True)
            release = await repository.find_release(scope, artifact_id, number, lock=True)
            if artifact is None or row is None or release is None or release.state == "failed":
                return None  # deleted, or unpublished while it was checked
            was = release.state
            release.checks, release.finished_at = found, scope.now()
            release.state = "refused" if is_refused else "passed"
            # A later one may have been faster, and a release that was passed long ago is rolled back to.
            is_newest = row.release is None or number >= row.release
            if not is_refused and ((was == "checking" and is_newest) or row.release == number):
                await publishing.show(scope, artifact, row, release)
            else:
                await announce(scope, artifact)
        return {"state": release.state, "release": number}

    async def _checked(self, actor: Actor, kind: str, release: ReleaseRow) -> list[dict[str, Any]]:
        names = [file["path"] for file in release.files]
        found: dict[checks.CheckName, list[str]] = {
            "entry": checks.check_entry(kind, release.entry, release.files),
            "size": checks.check_size(release.files),
            "secrets": [],
            "links": [],
        }
        for file in release.files if not found["size"] else ():
            text = ""
            if is_textual(file["type"]) and file["bytes"] <= checks.MAX_READ:
                body = await bodies.load_body(actor, release.artifact_id, file["digest"], self._blobs)
                text = body.decode("utf-8", "replace")
            secrets, broken = await asyncio.to_thread(_look, file["path"], file["type"], text, names)
            found["secrets"] += secrets
            found["links"] += broken
        return [
            {
                "name": name,
                "problems": checks.shortened(problems),
                "is_ignored": bool(problems) and name in release.ignored,
            }
            for name, problems in found.items()
        ]

    async def _upload(self, actor: Actor, slug: str, release: ReleaseRow) -> None:
        assert self._bucket is not None
        for file in release.files:
            body = await bodies.load_body(actor, release.artifact_id, file["digest"], self._blobs)
            await self._bucket.put(f"{slug}/{file['path']}", body, file["type"])
        await self._bucket.keep_only(slug, [file["path"] for file in release.files])

    async def _give_up(self, actor: Actor, artifact_id: UUID, number: int, error: Exception) -> None:
        async with self._database.transaction(actor) as scope:
            release = await repository.find_release(scope, artifact_id, number, lock=True)
            artifact = await results.find(scope, artifact_id)
            if release is None or release.state != "checking":
                return
            code = error.code if isinstance(error, OpenClawError) else "internal"
            release.state, release.finished_at = "failed", scope.now()
            release.checks = [{"name": "entry", "problems": [code], "is_ignored": False}]
            if artifact is not None:
                await announce(scope, artifact)


def _look(path: str, media_type: str, text: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    broken, _ = checks.find_broken(path, checks.links_in(media_type, text), names)
    return checks.find_secrets(path, text), broken
