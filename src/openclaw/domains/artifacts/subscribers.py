"""What follows from facts about results."""

from typing import Any
from uuid import UUID

from openclaw.domains.artifacts import events
from openclaw.domains.artifacts.service.bodies import folder_of
from openclaw.domains.artifacts.service.buckets import Bucket
from openclaw.infra.blobs import BlobStore
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope


def subscribers(blobs: BlobStore, bucket: Bucket | None) -> dict[str, tuple[Subscriber, ...]]:
    """Bodies of what was deleted go, and what a bucket has of a site that ended."""

    async def forget(_scope: Scope, body: dict[str, Any]) -> None:
        await blobs.forget(UUID(hex=body["workspaceId"]), folder_of(UUID(hex=body["artifactId"])))

    async def clear(_scope: Scope, body: dict[str, Any]) -> None:
        if bucket is not None:
            await bucket.keep_only(body["slug"], ())

    return {events.ARTIFACT_DELETED: (forget,), events.SITE_ENDED: (clear,)}
