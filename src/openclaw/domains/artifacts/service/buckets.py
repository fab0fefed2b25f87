"""The bucket that an operator lets results be published to."""

from collections.abc import Collection

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from openclaw.kit.errors import UnavailableError


class Bucket:
    """Sites by name in object storage. Raises UnavailableError when that does not answer."""

    def __init__(self, url: str) -> None:
        self._store: ObjectStore = from_url(url)
        self._tells_types = not url.startswith("file:")  # a folder has no place for them

    async def put(self, path: str, body: bytes, media_type: str) -> None:
        """Store a file with its type."""
        attributes = {"Content-Type": media_type} if self._tells_types else None
        try:
            await obstore.put_async(self._store, path, body, attributes=attributes)
        except BaseError as error:
            raise UnavailableError(part="bucket") from error

    async def keep_only(self, slug: str, paths: Collection[str]) -> None:
        """Delete whatever else is below the name of a site; everything, without ``paths``."""
        kept = {f"{slug}/{path}" for path in paths}
        try:
            async for objects in obstore.list(self._store, prefix=f"{slug}/"):
                gone = [found["path"] for found in objects if found["path"] not in kept]
                if gone:
                    await obstore.delete_async(self._store, gone)
        except BaseError as error:
            raise UnavailableError(part="bucket") from error
