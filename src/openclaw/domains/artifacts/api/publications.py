"""Routes of publications."""

import asyncio
from typing import Annotated

from fastapi import Query

from openclaw.domains.artifacts.api.results import GONE, AtArtifact
from openclaw.domains.artifacts.errors import (
    BodyWithheldError,
    NoBucketError,
    NotPublishedError,
    SlugTakenError,
    WrongStatusError,
)
from openclaw.domains.artifacts.schemas import Publication, PublishArtifact, RollBack
from openclaw.domains.artifacts.service import publishing
from openclaw.domains.artifacts.service.views import publication_view
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.config import Config
from openclaw.infra.feed import user_topic
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ArtifactId

router = slice_router("results")
_OWN = (*GONE, NotAllowedError, NotPublishedError)


@router.post(
    "/artifacts/{artifact_id}/publish",
    status_code=202,
    operation_id="publishArtifact",
    responses=errors(
        *GONE,
        NotAllowedError,
        WrongStatusError,
        BodyWithheldError,
        SlugTakenError,
        NoBucketError,
        TooManyJobsError,
    ),
)
async def publish_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, data: PublishArtifact
) -> Publication:
    """Publish the newest version of a result that is to be published. It is checked first, and shown when it passes;
    until then the public sees what it saw before."""
    await publishing.publish(scope, artifact_id, data, platform.queue, config=platform.config)
    return await _publication(scope, artifact_id, platform.config)


@router.get(
    "/artifacts/{artifact_id}/publication",
    operation_id="getPublication",
    responses=errors(*GONE, NotPublishedError),
)
async def get_publication(
    actor: CurrentActor,
    platform: CurrentPlatform,
    artifact_id: AtArtifact,
    wait: Annotated[int, Query(ge=0, le=30)] = 0,
) -> Publication:
    """Where and how a result is published, with what the checks of each release found. With `wait`, up to so many
    seconds until the newest release is checked."""
    topic = user_topic(actor.user_id, actor.workspace_id)
    async with platform.bus.wakeups(topic) as woken:
        while True:
            woken.clear()
            async with platform.database.transaction(actor, is_quiet=True) as scope:
                found = await _publication(scope, artifact_id, platform.config)
            if not wait or found.releases[0].state != "checking":
                return found
            try:
                async with asyncio.timeout(wait):
                    await woken.wait()
            except TimeoutError:
                return found


@router.post("/artifacts/{artifact_id}/unpublish", operation_id="unpublishArtifact", responses=errors(*_OWN))
async def unpublish_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact
) -> Publication:
    """Take a result from the public, at once. Its address stays its own."""
    await publishing.unpublish(scope, artifact_id)
    return await _publication(scope, artifact_id, platform.config)


@router.post(
    "/artifacts/{artifact_id}/rollback",
    operation_id="rollBackArtifact",
    responses=errors(*_OWN, TooManyJobsError),
)
async def roll_back_artifact(
    scope: CurrentScope, platform: CurrentPlatform, artifact_id: AtArtifact, data: RollBack
) -> Publication:
    """Show a former release again, by default the one before."""
    await publishing.roll_back(scope, artifact_id, data.release, platform.queue)
    return await _publication(scope, artifact_id, platform.config)


async def _publication(scope: Scope, artifact_id: ArtifactId, config: Config) -> Publication:
    row, releases = await publishing.get_publication(scope, artifact_id)
    return publication_view(row, releases, config)
