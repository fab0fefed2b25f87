"""Rows as they travel."""

from typing import Any

from openclaw.domains.artifacts.models import ArtifactRow, ArtifactVersionRow, PublicationRow, ReleaseRow
from openclaw.domains.artifacts.policy import statuses
from openclaw.domains.artifacts.schemas import (
    Artifact,
    ArtifactDetail,
    ArtifactFile,
    ArtifactVersion,
    CheckResult,
    Live,
    Publication,
    Release,
    Target,
)
from openclaw.infra.config import Config
from openclaw.infra.scope import Role, Scope

_SAME = (
    "id kind title summary status tags rating visibility sync_mode version media_type bytes file_count excerpt "
    "provenance created_at updated_at"
).split()


def site_url(config: Config, slug: str, target: str = "path") -> str:
    """Where the public sees what is published under a name."""
    if target == "bucket":
        return f"{config.publish_bucket_url or config.publish_bucket}/{slug}/"
    return f"{config.content_origin}/p/{slug}/"


def artifact_view(scope: Scope, row: ArtifactRow, config: Config) -> Artifact:
    """A result as lists show it to the scope's user."""
    return Artifact(**_members(scope, row, config))


def detail_view(
    scope: Scope,
    row: ArtifactRow,
    version: ArtifactVersionRow,
    published: tuple[PublicationRow, list[ReleaseRow]] | None,
    config: Config,
) -> ArtifactDetail:
    """A result with one of its versions, and how it is published."""
    targets: list[Target] = ["path"] if config.publish_bucket is None else ["path", "bucket"]
    return ArtifactDetail(
        **_members(scope, row, config),
        shown=version_view(version),
        publication=publication_view(*published, config) if published else None,
        targets=targets,
    )


def version_view(row: ArtifactVersionRow) -> ArtifactVersion:
    """A version."""
    return ArtifactVersion(
        number=row.number,
        note=row.note,
        entry=row.entry,
        bytes=row.bytes,
        files=[ArtifactFile(**file) for file in row.files],
        sync_mode=row.sync_mode,  # pyright: ignore[reportArgumentType]
        provenance=row.provenance,
        derived=row.derived,
        created_by=row.created_by_user_id,
        created_at=row.created_at,
    )


def publication_view(row: PublicationRow, releases: list[ReleaseRow], config: Config) -> Publication:
    """A publication with its releases."""
    return Publication(
        slug=row.slug,
        url=site_url(config, row.slug, row.target),
        target=row.target,  # pyright: ignore[reportArgumentType]
        is_live=row.release is not None,
        release=row.release,
        has_password=row.password_hash is not None,
        expires_at=row.expires_at,
        releases=[
            Release(
                number=release.number,
                version=release.version,
                state=release.state,  # pyright: ignore[reportArgumentType]
                checks=[CheckResult(**check) for check in release.checks],
                is_live=release.number == row.release,
                created_by=release.created_by_user_id,
                created_at=release.created_at,
                finished_at=release.finished_at,
            )
            for release in releases
        ],
    )


def _members(scope: Scope, row: ArtifactRow, config: Config) -> dict[str, Any]:
    status: statuses.Status = row.status  # pyright: ignore[reportAssignmentType]
    is_viewer = scope.who.role is Role.VIEWER
    live = None
    if row.live_slug is not None and row.live_version is not None:
        live = Live(url=site_url(config, row.live_slug), version=row.live_version)
    return {name: getattr(row, name) for name in _SAME} | {
        "statuses": [] if is_viewer else statuses.possible(status),
        "is_finished": status in statuses.FINISHED,
        "actions": statuses.actions_of(
            status,
            has_body=row.sync_mode == "full" and row.file_count > 0,
            visibility=row.visibility,
            continues="conversationId" in row.provenance,
            is_viewer=is_viewer,
        ),
        "has_thumbnail": row.thumbnail is not None,
        "live": live,
        "created_by": row.created_by_user_id,
        "updated_by": row.last_updated_by_user_id,
    }
