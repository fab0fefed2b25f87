"""Files that a run gives back: written, packed, looked into."""

import base64
import binascii
import hashlib
import io
import zipfile
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata, action

NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 100}
CONTENT = {
    "name": {**NAME, "title": "Name", "x-title-zh": "名称"},
    "text": {"type": "string", "title": "Text", "x-title-zh": "文本"},
    "base64": {"type": "string", "title": "Bytes, in Base64", "x-title-zh": "字节（Base64）"},
}
WRITTEN = {
    "type": "object",
    "properties": {"file": {"type": "string"}, "size": {"type": "integer"}, "sha256": {"type": "string"}},
    "required": ["file", "size", "sha256"],
}
MOST_EXPANDED = 8 << 20
TYPES = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "md": "text/markdown",
    "svg": "image/svg+xml",
    "txt": "text/plain",
}


class Files(BasePlugin):
    metadata = PluginMetadata(
        name="files",
        version="1.0.0",
        title="Write a file",
        title_zh="写入文件",
        description="Makes files of a run: text or bytes as a file, several as a ZIP archive, and reads such archives.",
        description_zh="生成运行的文件：将文本或字节写为文件、将多个文件打包为 ZIP，并读取 ZIP。",
        author="OpenClaw",
        category="data",
        tags=["files", "zip"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            **CONTENT,
            "type": {"type": "string", "title": "Media type", "x-title-zh": "媒体类型", "maxLength": 100},
        },
        "required": ["name"],
        "oneOf": [{"required": ["text"]}, {"required": ["base64"]}],
        "additionalProperties": False,
    }
    output_schema = WRITTEN
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        kind = TYPES.get(inputs["name"].rpartition(".")[2], "application/octet-stream")
        return _write(context, inputs["name"], _bytes(inputs), inputs.get("type", kind))

    @action(
        "Pack files",
        title_zh="打包文件",
        input={
            "type": "object",
            "properties": {
                "name": {**NAME, "title": "Name of the archive", "x-title-zh": "压缩包名称"},
                "files": {
                    "type": "array",
                    "items": {"type": "object", "properties": CONTENT, "required": ["name"],
                              "oneOf": [{"required": ["text"]}, {"required": ["base64"]}]},
                    "minItems": 1,
                    "maxItems": 1000,
                },
            },
            "required": ["name", "files"],
            "additionalProperties": False,
        },
        output=WRITTEN,
        effect="read",
    )  # fmt: skip
    async def pack(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in inputs["files"]:  # of one time, so that the same files make the same archive
                archive.writestr(zipfile.ZipInfo(file["name"]), _bytes(file), zipfile.ZIP_DEFLATED)
        return _write(context, inputs["name"], packed.getvalue(), "application/zip")

    @action(
        "Unpack files",
        title_zh="解包文件",
        input={
            "type": "object",
            "properties": {"base64": CONTENT["base64"]},
            "required": ["base64"],
            "additionalProperties": False,
        },
        output={
            "type": "object",
            "properties": {"files": {"type": "array", "items": {"type": "object"}}},
            "required": ["files"],
        },
        effect="read",
    )
    async def unpack(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        files: list[dict[str, Any]] = []
        left = MOST_EXPANDED
        try:
            with zipfile.ZipFile(io.BytesIO(_bytes(inputs))) as archive:
                for entry in archive.infolist()[:1000]:
                    with archive.open(entry) as file:
                        data = file.read(left + 1)
                    left -= len(data)
                    if left < 0:
                        raise PluginError("too_large", "The archive expands to more than 8 MiB.")
                    told = {"name": entry.filename, "size": len(data)}
                    try:
                        files.append({**told, "text": data.decode()})
                    except UnicodeDecodeError:
                        files.append({**told, "base64": base64.b64encode(data).decode()})
        except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError) as error:
            raise PluginError("bad_archive", str(error) or "It is not a ZIP archive.") from None
        return {"files": files}


def _bytes(said: dict[str, Any]) -> bytes:
    if "text" in said:
        return said["text"].encode()
    try:
        return base64.b64decode(said["base64"], validate=True)
    except binascii.Error:
        raise PluginError("bad_base64", "It is not Base64.") from None


def _write(context: Context, name: str, data: bytes, kind: str) -> dict[str, Any]:
    context.files.write(name, data, kind)
    return {"file": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
