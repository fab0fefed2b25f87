"""A small picture of an image: drawn in a process of its own, which ends when it takes too long or too much.

Run as a program it reads an image from standard input and writes the picture to standard output. Decoders of images
are what hostile files are written for: they run beside nothing, with no environment and bounded in memory and time.
"""

import asyncio
import sys

_SECONDS = 20
_BYTES = 1_073_741_824
_PIXELS = 50_000_000
_SIDE = 320
_MOST = 1_048_576
_MODULE = "openclaw.domains.artifacts.jobs.drawing"
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
DRAWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})


async def draw(body: bytes) -> bytes | None:
    """A WebP picture of at most 320 by 320; None for what cannot be read, or not within the bounds."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        _MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        env={},
    )
    try:
        async with asyncio.timeout(_SECONDS):
            drawn, _ = await process.communicate(body)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return drawn if process.returncode == 0 and 0 < len(drawn) <= _MOST else None


def main() -> None:
    """One picture."""
    import io  # noqa: PLC0415  (the server's own process has no need of what a picture takes)

    from PIL import Image, ImageOps  # noqa: PLC0415

    _bound()
    Image.MAX_IMAGE_PIXELS = _PIXELS // 2  # twice as many are refused
    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=_FORMATS) as image:
        image.draft("RGB", (_SIDE * 2, _SIDE * 2))
        image.thumbnail((_SIDE, _SIDE))
        picture = ImageOps.exif_transpose(image).convert("RGBA")
    drawn = io.BytesIO()
    picture.save(drawn, "WEBP", quality=80)
    sys.stdout.buffer.write(drawn.getvalue())


def _bound() -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415

    for limit, most in (
        (resource.RLIMIT_AS, _BYTES),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(limit, (most, most))


if __name__ == "__main__":
    main()
