"""What is kept of a package that was read."""

import msgspec

from openclaw.domains.plugins.models import PluginPackageRow
from openclaw.infra.json_schema import schema_error
from openclaw.infra.jsonb import checked
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.manifest import Manifest
from openclaw.protocol.packages.package import Package

README = "README.md"


def package_row(package: Package, digest: str, size: int) -> PluginPackageRow:
    """What a row says of a package, before it is anybody's. Raises PackageRefusedError."""
    # Of its files only whether there is a README: the archive has the list.
    files = {path: entry for path, entry in package.manifest.files.items() if path == README}
    manifest = msgspec.structs.replace(package.manifest, files=files)
    _check_schemas(manifest)
    try:
        raw = checked(msgspec.to_builtins(manifest))
    except ValueError as error:
        raise PackageRefusedError(reason="bad_manifest", detail=str(error)) from None
    return PluginPackageRow(
        name=manifest.name,
        version=manifest.version,
        review_note="",
        digest=digest,
        archive_bytes=size,
        publisher_key=package.signer,
        manifest=raw,
        yank_reason="",
    )


def order_of(version: str) -> tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]:
    """How versions follow one another (https://semver.org section 11): a pre-release comes before its release."""
    core, _, labels = version.partition("-")
    numbers = tuple(int(part) for part in core.split("."))
    parts = tuple(
        (not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in labels.split(".") if labels
    )
    return numbers, not labels, parts


def _check_schemas(manifest: Manifest) -> None:
    """Here schemas are read by another reader than authors have, whose patterns end in linear time."""
    schemas = {"config": manifest.config}
    for name, action in manifest.actions.items():
        schemas |= {f"actions/{name}/input": action.input, f"actions/{name}/output": action.output}
    for place, schema in schemas.items():
        if (wrong := schema_error(schema)) is not None:
            raise PackageRefusedError(reason="bad_schema", path=place, detail=wrong)
