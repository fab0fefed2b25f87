"""``publish``: a release of a result is accepted; the worker checks and shows it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from openclaw.domains.artifacts.events import ARTIFACT_PUBLISHED, ARTIFACT_SAVED
from openclaw.domains.artifacts.schemas import SLUG_PATTERN, PublishArtifact
from openclaw.domains.artifacts.service import publishing, results
from openclaw.domains.automations.service.registry import ActionCall, Begun, EventSource, Happened
from openclaw.durable.queue import JobQueue
from openclaw.infra.config import Config
from openclaw.infra.scope import Scope
from openclaw.infra.wire import ArtifactId, WireInput
from openclaw.kit import ids


class PublishResult(WireInput):
    """Which result; its newest version and its name on the web unless others are named."""

    artifact_id: ArtifactId
    version: Annotated[int, Field(ge=1)] | None = None
    slug: Annotated[str, Field(pattern=SLUG_PATTERN)] | None = None


class PublishAction:
    """Publishes results."""

    config = PublishResult

    def __init__(self, queue: JobQueue, config: Config) -> None:
        self._queue = queue
        self._settings = config

    async def check(self, scope: Scope, config: PublishResult) -> None:
        """Raise ArtifactNotFoundError when there is none."""
        await results.access_artifact(scope, config.artifact_id)

    async def begin(self, scope: Scope, call: ActionCall) -> Begun:
        """Accept a release. Raises as `publishing.publish`."""
        config: PublishResult = call.config
        data = PublishArtifact.model_validate({"version": config.version, "slug": config.slug})
        row = await publishing.publish(scope, config.artifact_id, data, self._queue, config=self._settings)
        return Begun(result={"artifactId": ids.to_wire("art", config.artifact_id), "slug": row.slug})

    async def perform(self, call: ActionCall) -> Any:
        """Nothing is left to do."""

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """A release that was accepted is not taken back."""


async def _saved(_scope: Scope, body: dict[str, Any]) -> Happened:
    names = ("version", "kind", "title", "provenance")
    artifact = {"artifactId": ids.to_wire("art", UUID(hex=body["artifactId"]))}
    return Happened(artifact | {name: body[name] for name in names})


async def _published(_scope: Scope, body: dict[str, Any]) -> Happened:
    artifact = {"artifactId": ids.to_wire("art", UUID(hex=body["artifactId"]))}
    return Happened(artifact | {name: body[name] for name in ("version", "release", "slug")})


SAVED = EventSource(fact=ARTIFACT_SAVED, read=_saved)
PUBLISHED = EventSource(fact=ARTIFACT_PUBLISHED, read=_published)
