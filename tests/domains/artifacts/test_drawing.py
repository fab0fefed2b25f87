"""Small pictures of images, and images that are none, or too large to be true."""

import io
import struct
import zlib

import pytest
from PIL import Image

from openclaw.domains.artifacts.jobs.drawing import draw
from tests.domains.artifacts.saving import content, upload
from tests.support.accounts import register
from tests.support.server import Server


def picture(width: int, height: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(drawn, "PNG")
    return drawn.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.asyncio(loop_scope="module")
async def test_an_image_gets_a_small_picture_and_a_hostile_one_none(server: Server) -> None:
    ann = await register(server)
    with server.watching(ann.topic) as watch:
        made = (await upload(ann, picture(800, 400), title="Red", kind="image", name="red.png")).json()
        hostile = (
            await upload(ann, claiming(60_000, 60_000), title="Bomb", kind="image", name="b.png")
        ).json()
        for artifact in (made, hostile):
            while (await ann.get(f"/artifacts/{artifact['id']}"))["shown"]["derived"] is None:
                seen = len(watch.messages)
                await watch.until(lambda _, seen=seen: len(watch.messages) > seen)
    assert (await ann.get(f"/artifacts/{made['id']}"))["hasThumbnail"]
    with Image.open(io.BytesIO(await content(ann, made["id"], thumbnail=True))) as shown:
        assert (shown.format, shown.size) == ("WEBP", (320, 160))
    assert not (await ann.get(f"/artifacts/{hostile['id']}"))["hasThumbnail"]
    assert await draw(b"no image") is None
