"""Why a plugin's package is refused."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from openclaw.kit.errors import Kind, OpenClawError

REASONS: dict[str, tuple[str, str]] = {
    "not_an_archive": ("it is not a package", "这不是插件包"),
    "not_canonical": ("the archive is not written as packages are", "压缩包的写法不符合规范"),
    "trailing_data": ("there is data before or after the archive", "压缩包前后有多余数据"),
    "damaged": ("it is damaged", "内容已损坏"),
    "encrypted": ("it is encrypted", "内容被加密"),
    "compression": ("its compression is not supported", "不支持其压缩方式"),
    "symlink": ("it holds a link or a special file", "包含链接或特殊文件"),
    "path_escape": ("a path leads out of the package", "路径指向包外"),
    "bad_path": ("a path is not allowed", "路径不允许"),
    "reserved_name": ("a name is reserved on Windows", "名称是 Windows 保留名"),
    "name_collision": ("two names are the same or differ in case only", "两个名称相同或仅大小写不同"),
    "too_many_files": ("there are too many files", "文件过多"),
    "too_large": ("it is too large", "体积过大"),
    "missing_file": ("a file of the manifest is not there", "清单中的文件缺失"),
    "unlisted_file": ("a file is not in the manifest", "文件不在清单中"),
    "wrong_hash": ("a file is not what the manifest says", "文件与清单不符"),
    "unsigned": ("it is not signed", "没有签名"),
    "wrong_signature": ("its signature is wrong", "签名错误"),
    "bad_manifest": ("its manifest is not one", "清单无效"),
    "unknown_format": ("it is of a format that this version does not know", "格式版本未知"),
    "unknown_permission": ("it asks for an unknown permission", "请求了未知权限"),
    "bad_permission": ("a permission is not of its form", "权限写法不正确"),
    "bad_version": ("its version is not one (1.2.3)", "版本号不正确（应如 1.2.3）"),
    "bad_schema": ("a schema is not one", "数据结构定义无效"),
    "bad_entry": ("its entry is not in it", "入口不存在"),
}


@dataclass(eq=False)
class PackageRefusedError(OpenClawError):
    """A package, or what one should be made of, is not sound. ``reason`` is one of ``REASONS``."""

    code: ClassVar[str] = "packages.refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The package is refused: {reason}"
    template_zh: ClassVar[str] = "插件包被拒绝：{reason}"

    reason: str
    path: str = ""  # the file or the place in the manifest
    detail: str = ""
    limit: int = field(default=0)

    @property
    def data(self) -> dict[str, Any]:
        """Structured fields a client may rely on."""
        return {"reason": self.reason, "path": self.path, "detail": self.detail, "limit": self.limit}

    def words(self, language: str = "en") -> str:
        """The sentence for people, with the place and what is known of it."""
        is_chinese = language == "zh"
        template = self.template_zh if is_chinese else self.template
        words = template.format(reason=REASONS[self.reason][is_chinese])
        for more in (self.path, self.detail, str(self.limit) if self.limit else ""):
            if more:
                words += f"（{more}）" if is_chinese else f" ({more})"
        return words + ("。" if is_chinese else ".")
