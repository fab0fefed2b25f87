"""What a file is, by what it holds: the name only tells texts from one another, and nobody's word counts."""

from openclaw.domains.artifacts.schemas import Kind

MAX_FILE = 33_554_432
MAX_FILES = 2_000
MAX_VERSION = 209_715_200
PLAIN = "application/octet-stream"
_SAMPLE = 4096

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"OTTO", "font/otf"),
    (0, b"\x00\x01\x00\x00", "font/ttf"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x00asm", "application/wasm"),
)
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
)
PROGRAM = "application/x-executable"
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_TEXTS = {
    "css": "text/css",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "js": "text/javascript",
    "json": "application/json",
    "map": "application/json",
    "markdown": "text/markdown",
    "md": "text/markdown",
    "mjs": "text/javascript",
    "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "webmanifest": "application/manifest+json",
    "xml": "application/xml",
}
_WEB = ("<!doctype html", "<html", "<head", "<body", "<script")
_IMAGES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp", "image/svg+xml"}
)
_OF_KIND: dict[Kind, frozenset[str]] = {
    "image": _IMAGES,
    "markdown": frozenset({"text/markdown", "text/plain"}),
    "table": frozenset({"text/csv", "text/tab-separated-values", "application/json", _OFFICE["xlsx"]}),
    "chart": frozenset({"image/svg+xml", "image/png", "application/json", "text/html"}),
    "document": frozenset(
        {"application/pdf", "text/html", "text/markdown", "text/plain", _OFFICE["docx"], _OFFICE["pptx"]}
    ),
}
NAMES: dict[Kind, str] = {
    "site": "index.html",
    "document": "document.html",
    "markdown": "result.md",
    "code": "result.txt",
    "image": "image.svg",
    "table": "table.csv",
    "chart": "chart.svg",
    "file_set": "file.txt",
}
MANY: frozenset[Kind] = frozenset({"site", "file_set", "code"})


def type_of(path: str, body: bytes) -> str:
    """The media type of ``body``: by its first bytes, a text's by what it says and then by its name."""
    if any(body.startswith(mark) for mark in _PROGRAMS) and not is_text(body):
        return PROGRAM
    if body[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(body[8:12], PLAIN)
    if body[4:8] == b"ftyp":
        return "image/avif" if body[8:12] in (b"avif", b"avis") else "video/mp4"
    ending = path.rpartition(".")[2].lower() if "." in path else ""
    if not is_text(body):
        found = next((kind for at, mark, kind in _MAGIC if body[at:].startswith(mark)), PLAIN)
        return _OFFICE.get(ending, found) if found == "application/zip" else found
    start = body[:_SAMPLE].decode("utf-8", "ignore").lstrip("\ufeff \t\r\n").lower()
    is_drawing = start.startswith("<svg") or (start.startswith("<?xml") and "<svg" in start)
    named = _TEXTS.get(ending)
    if named == "image/svg+xml" and not is_drawing:
        named = None
    if named is None and start.startswith(_WEB):
        return "text/html"
    return named or ("image/svg+xml" if is_drawing else "text/plain")


def kind_of(path: str, body: bytes) -> Kind:
    """What a single file is most likely kept as."""
    media_type = type_of(path, body)
    for kind in ("markdown", "image", "table", "document"):
        if media_type not in {"text/plain", "application/json"} and fits(kind, media_type):
            return kind
    return "code" if fits("code", media_type) else "file_set"


def is_text(body: bytes) -> bool:
    """Whether it is UTF-8 without NUL."""
    if b"\0" in body:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_textual(media_type: str) -> bool:
    """Whether two versions of such a file can be compared line by line."""
    return media_type.startswith("text/") or media_type in (
        "application/json",
        "application/manifest+json",
        "application/xml",
        "image/svg+xml",
    )


def fits(kind: Kind, media_type: str) -> bool:
    """Whether a result of ``kind`` may hold a file of that type. Programs are no results."""
    if media_type == PROGRAM:
        return False
    if kind == "code":
        return is_textual(media_type)
    allowed = _OF_KIND.get(kind)
    return allowed is None or media_type in allowed
