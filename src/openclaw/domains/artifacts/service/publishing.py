"""Publishing: a version becomes a release once its checks are passed; shown, taken back, rolled back."""

import secrets
import string
from uuid import UUID

from openclaw.domains.artifacts import events
from openclaw.domains.artifacts.errors import (
    BodyWithheldError,
    NoBucketError,
    NotPublishedError,
    SlugTakenError,
    WrongStatusError,
)
from openclaw.domains.artifacts.models import ArtifactRow, PublicationRow, ReleaseRow
from openclaw.domains.artifacts.policy import statuses
from openclaw.domains.artifacts.policy.paths import is_slug, slug_of
from openclaw.domains.artifacts.repository import publications as repository
from openclaw.domains.artifacts.schemas import PublishArtifact, Status
from openclaw.domains.artifacts.service import results
from openclaw.domains.audit import service as audit
from openclaw.domains.identity.service.passwords import hash_password
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.jobs import JobSpec
from openclaw.durable.queue import JobQueue
from openclaw.infra.config import Config
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError

_LETTERS = string.ascii_lowercase + string.digits


async def publish(
    scope: Scope,
    artifact_id: UUID,
    data: PublishArtifact,
    queue: JobQueue,
    *,
    config: Config,
) -> PublicationRow:
    """Begin a release of a version: the worker checks it, and shows it in place of the one before.

    Raises ArtifactNotFoundError, NotAllowedError, WrongStatusError, BodyWithheldError, SlugTakenError, NoBucketError,
    TooManyJobsError, InvalidInputError.
    """
    artifact = await results.access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    version = await results.get_version(scope, artifact, data.version)
    if version.sync_mode != "full":
        raise BodyWithheldError(sync_mode=version.sync_mode)
    status: Status = artifact.status  # pyright: ignore[reportAssignmentType]
    if status not in statuses.PUBLISHABLE:
        raise WrongStatusError(status=status, wanted="published", possible=[*statuses.possible(status)])
    if version.number != artifact.version:
        # What was approved is the newest; an earlier one is shown again by rolling back to its release.
        raise InvalidInputError(field="version", reason="publish the newest one, or roll back")
    row = await _publication(scope, artifact, data)
    if "expires_at" in data.model_fields_set:
        row.expires_at = data.expires_at
    if row.expires_at is not None and row.expires_at <= scope.now():
        # Also an end of before: what is published anew would be taken back at once.
        raise InvalidInputError(field="expiresAt", reason="that is over")
    if data.password is not None:
        row.password_hash = await hash_password(data.password) if data.password else None
    if row.target == "bucket" or data.target == "bucket":
        if config.publish_bucket is None:
            raise NoBucketError(reason="this server has none (OPENCLAW_PUBLISH_BUCKET)")
        if data.target == "bucket" and (row.password_hash or row.expires_at):
            raise NoBucketError(reason="a bucket asks for no password and knows no end")
    if row.release is not None and row.target != data.target:
        raise InvalidInputError(field="target", reason="unpublish it first")
    row.target, row.updated_at = data.target, scope.now()
    release = ReleaseRow(
        artifact_id=artifact.id,
        number=await repository.last_release(scope, artifact.id) + 1,
        workspace_id=scope.workspace_id,
        created_by_user_id=scope.user_id,
        version=version.number,
        state="checking",
        ignored=list(data.ignore),
        checks=[],
        entry=version.entry,
        files=version.files,
        created_at=scope.now(),
        finished_at=None,
    )
    await repository.add_release(scope, release)
    await audit.append(
        scope,
        "artifacts.publish_requested",
        subject=ids.to_wire("art", artifact.id),
        detail={"slug": row.slug, "version": version.number, "release": release.number, "target": row.target},
    )
    await submit(scope, artifact, release, queue)
    return row


async def submit(scope: Scope, artifact: ArtifactRow, release: ReleaseRow, queue: JobQueue) -> None:
    """Have the worker check and show a release."""
    payload = {"artifactId": artifact.id.hex, "release": release.number}
    await queue.submit(scope, events.PUBLISH_KIND, JobSpec(payload=payload, title=artifact.title))


async def show(scope: Scope, artifact: ArtifactRow, row: PublicationRow, release: ReleaseRow) -> None:
    """From this transaction on the public sees ``release``. Both rows are locked."""
    row.release, row.updated_at = release.number, scope.now()
    artifact.live_slug, artifact.live_version = row.slug, release.version
    status: Status = artifact.status  # pyright: ignore[reportAssignmentType]
    if statuses.can_become(status, "published", by="publishing"):
        status = "published"
    await results.set_status(scope, artifact, status)
    told = {
        "artifactId": artifact.id.hex,
        "version": release.version,
        "release": release.number,
        "slug": row.slug,
        "workspaceId": artifact.workspace_id.hex,
        "userId": scope.user_id.hex,
    }
    await record(scope, events.ARTIFACT_PUBLISHED, told)
    await audit.append(
        scope,
        "artifacts.published",
        subject=ids.to_wire("art", artifact.id),
        detail={
            "slug": row.slug,
            "version": release.version,
            "release": release.number,
            "hasPassword": row.password_hash is not None,
            "expiresAt": row.expires_at.isoformat() if row.expires_at else None,
        },
    )


async def unpublish(scope: Scope, artifact_id: UUID) -> PublicationRow:
    """Take a result from the public, and let no release follow that is still being checked. Its name stays its own.

    Raises ArtifactNotFoundError, NotAllowedError, NotPublishedError.
    """
    artifact, row = await _access(scope, artifact_id)
    stopped = await repository.stop_checking(scope, artifact.id)
    if row.release is None:
        if not stopped:
            raise NotPublishedError
        await results.announce(scope, artifact)
        return row
    if row.target == "bucket":
        await record(scope, events.SITE_ENDED, {"slug": row.slug})
    detail = {"slug": row.slug, "release": row.release}
    row.release, row.updated_at = None, scope.now()
    artifact.live_slug = artifact.live_version = None
    status: Status = artifact.status  # pyright: ignore[reportAssignmentType]
    if statuses.can_become(status, "ready_to_publish", by="publishing"):
        status = "ready_to_publish"
    await results.set_status(scope, artifact, status)
    await audit.append(scope, "artifacts.unpublished", subject=ids.to_wire("art", artifact.id), detail=detail)
    return row


async def roll_back(scope: Scope, artifact_id: UUID, number: int | None, queue: JobQueue) -> PublicationRow:
    """Show a former release again, by default the one that was passed before the present one.

    Raises ArtifactNotFoundError, NotAllowedError, NotPublishedError, TooManyJobsError.
    """
    artifact, row = await _access(scope, artifact_id)
    if row.release is None:
        raise NotPublishedError
    known = await repository.list_releases(scope, artifact.id)
    passed = [release for release in known if release.state == "passed"]
    if number is None:
        release = next((release for release in passed if release.number < row.release), None)
    else:
        release = next((release for release in passed if release.number == number), None)
    if release is None:
        raise NotPublishedError
    await audit.append(
        scope,
        "artifacts.rolled_back",
        subject=ids.to_wire("art", artifact.id),
        detail={"slug": row.slug, "from": row.release, "to": release.number},
    )
    if row.target == "bucket":
        row.release = release.number
        await submit(scope, artifact, release, queue)
    else:
        await show(scope, artifact, row, release)
    return row


async def get_publication(scope: Scope, artifact_id: UUID) -> tuple[PublicationRow, list[ReleaseRow]]:
    """How a result is published, and its releases, the newest first. Raises as `unpublish` does."""
    found = await find_publication(scope, await results.access_artifact(scope, artifact_id))
    if found is None:
        raise NotPublishedError
    return found


async def find_publication(
    scope: Scope, artifact: ArtifactRow
) -> tuple[PublicationRow, list[ReleaseRow]] | None:
    """How a result that the user may see is published, with its releases; None before it ever was."""
    # In this order: a release that has just been passed is then also seen to be the one that is shown.
    releases = await repository.list_releases(scope, artifact.id)
    row = await repository.find_publication(scope, artifact.id)
    return (row, releases) if row is not None else None


async def end_expired(scope: Scope) -> None:
    """Take back what has had its time: a chore, in a system scope."""
    for row in await repository.end_expired(scope):
        await audit.append_for(
            scope,
            workspace_id=row.workspace_id,
            user_id=None,
            action="artifacts.expired",
            subject=ids.to_wire("art", row.artifact_id),
            detail={"slug": row.slug},
        )


async def _access(scope: Scope, artifact_id: UUID) -> tuple[ArtifactRow, PublicationRow]:
    artifact = await results.access_artifact(scope, artifact_id, lock=True)
    check_role(scope.who, Role.MEMBER)
    row = await repository.find_publication(scope, artifact.id, lock=True)
    if row is None:
        raise NotPublishedError
    return artifact, row


async def _publication(scope: Scope, artifact: ArtifactRow, data: PublishArtifact) -> PublicationRow:
    if data.slug is not None and not is_slug(data.slug):
        raise InvalidInputError(field="slug", reason="3 to 63 of a-z, 0-9 and -")
    row = await repository.find_publication(scope, artifact.id, lock=True)
    if row is not None:
        if data.slug is not None and data.slug != row.slug:
            before = row.slug
            if not await repository.rename(scope, row, data.slug):
                raise SlugTakenError(slug=data.slug)
            if row.target == "bucket" and row.release is not None:
                await record(scope, events.SITE_ENDED, {"slug": before})
            if artifact.live_slug is not None:
                artifact.live_slug = data.slug
        return row
    mark = "".join(secrets.choice(_LETTERS) for _ in range(6))
    slug = data.slug or slug_of(artifact.title, mark)
    values = {
        "artifact_id": artifact.id,
        "slug": slug,
        "target": data.target,
        "created_at": scope.now(),
        "updated_at": scope.now(),
    }
    if not await repository.put_publication(scope, values):
        raise SlugTakenError(slug=slug)
    row = await repository.find_publication(scope, artifact.id, lock=True)
    assert row is not None, "it was just written"
    return row
