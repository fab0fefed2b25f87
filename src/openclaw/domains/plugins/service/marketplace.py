"""What can be installed: built-in, approved for everybody, and the workspace's own; the newest version of each."""

import asyncio
from uuid import UUID

from openclaw.domains.plugins.errors import PluginNotFoundError
from openclaw.domains.plugins.models import PluginPackageRow, PluginRow
from openclaw.domains.plugins.repository import installed
from openclaw.domains.plugins.repository import registry as repository
from openclaw.domains.plugins.schemas import PluginPackage, PluginPackageDetail
from openclaw.domains.plugins.service import builtin, registry
from openclaw.domains.plugins.service.packages import README, order_of
from openclaw.domains.plugins.service.views import manifest_in, package_detail, package_view
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, decode_cursor, encode_cursor
from openclaw.protocol.packages.archive import PackageLimits, read_archive

_MOST = 5_000
_MOST_README = 200_000  # bytes


async def browse(
    scope: Scope,
    *,
    words: str | None,
    category: str | None,
    source: str | None,
    cursor: str | None,
    limit: int,
) -> Page[PluginPackage]:
    """A page of plugins, each in its newest version that can be installed, by name. Raises InvalidInputError."""
    await builtin.load()
    rows = [*builtin.packages(), *await repository.list_packages(scope, limit=_MOST)]
    newest: dict[str, PluginPackageRow] = {}
    for row in rows:
        place = f"{row.name}\0{row.visibility}"
        known = newest.get(place)
        if known is None or _rank(row) > _rank(known):
            newest[place] = row
    after = decode_cursor(cursor) if cursor else ""
    if cursor and "\0" not in after:
        raise InvalidInputError(field="cursor", reason="not a cursor from an earlier page")
    found = [
        place
        for place, row in sorted(newest.items())
        if place > after
        and (source is None or row.visibility == source)
        and (category is None or manifest_in(row).category == category)
        and (words is None or _fits(row, words))
    ]
    shown = found[:limit]
    mine = {row.name: row for row in await installed.list_all(scope)}
    items = [package_view(newest[place], scope, _same(mine, newest[place])) for place in shown]
    return Page(items, encode_cursor(shown[-1]) if len(found) > limit else None)


async def list_versions(scope: Scope, name: str) -> list[PluginPackage]:
    """Every version of a name in every registry, the newest first."""
    rows = [row for row in builtin.packages() if row.name == name]
    rows += await repository.list_packages(scope, name=name, limit=_MOST)
    mine = await installed.find_by_name(scope, name)
    rows.sort(key=lambda row: order_of(row.version), reverse=True)
    return [
        package_view(row, scope, mine if mine and mine.source == row.visibility else None) for row in rows
    ]


async def get_detail(scope: Scope, package_id: UUID) -> PluginPackageDetail:
    """A version with what can be known of it, and what it asks for more than what is installed.

    Raises PluginNotFoundError.
    """
    row = await registry.access_package(scope, package_id)
    return package_detail(row, scope, await installed.find_by_name(scope, row.name))


async def read_readme(row: PluginPackageRow, archive: bytes) -> str:
    """What a package says of itself, no more than a page is worth of it. Raises PluginNotFoundError."""
    if README not in manifest_in(row).files:
        raise PluginNotFoundError
    files = await asyncio.to_thread(read_archive, archive, PackageLimits())
    return files[README][:_MOST_README].decode(errors="replace")


def _same(mine: dict[str, PluginRow], row: PluginPackageRow) -> PluginRow | None:
    found = mine.get(row.name)
    return found if found and found.source == row.visibility else None


def _rank(row: PluginPackageRow) -> tuple[object, ...]:
    usable = row.yanked_at is None and row.review_state == "approved"
    return usable, order_of(row.version)


def _fits(row: PluginPackageRow, words: str) -> bool:
    manifest = manifest_in(row)
    texts = (
        manifest.name,
        manifest.title.en,
        manifest.title.zh,
        manifest.description.en,
        manifest.description.zh,
        manifest.author,
        *manifest.tags,
    )
    text = "\n".join(texts).casefold()
    return all(word in text for word in words.casefold().split())
