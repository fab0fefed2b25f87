"""Facts of the artifacts slice, for the outbox."""

ARTIFACT_SAVED = "artifacts.saved"  # ``artifactId version kind title workspaceId userId provenance``
ARTIFACT_PUBLISHED = "artifacts.published"  # ``artifactId version release slug workspaceId userId``
ARTIFACT_DELETED = "artifacts.deleted"  # ``artifactId workspaceId``: its bodies are to be forgotten
SITE_ENDED = "artifacts.site_ended"  # ``slug``: what a bucket has of it is to be removed

PROCESS_KIND = "artifacts.process"
PUBLISH_KIND = "artifacts.publish"
