"""The sentences of the database's commands, in English and Chinese."""

WORDS: dict[str, tuple[str, str]] = {
    "about": ("Look after the server's database.", "管理服务器的数据库。"),
    "upgrade": (
        "bring the database up to date (`up` and every role do this by themselves)",
        "将数据库升级到最新（`up` 与各服务启动时会自动执行）",
    ),
    "status": (
        "say whether the database can be used, which version it is, and whether it is up to date",
        "显示数据库是否可用、版本以及是否为最新",
    ),
    "url": (
        "print the address for psql and backups; the embedded database must be running",
        "显示供 psql 与备份使用的地址；内嵌数据库必须正在运行",
    ),
    "json": ("answer in JSON", "以 JSON 输出"),
    "upgraded": ("The database is up to date ({revision}).", "数据库已是最新（{revision}）。"),
    "not_running": (
        "The embedded database is not running. Start it with: openclaw up",
        "内嵌数据库未运行。请用 openclaw up 启动",
    ),
    "row_database": ("database", "数据库"),
    "row_folder": ("folder", "文件夹"),
    "row_address": ("address", "地址"),
    "row_running": ("running", "运行中"),
    "row_version": ("version", "版本"),
    "row_schema": ("schema", "结构"),
    "row_problem": ("problem", "问题"),
    "embedded": ("embedded PostgreSQL", "内嵌 PostgreSQL"),
    "configured": ("OPENCLAW_DATABASE_URL", "OPENCLAW_DATABASE_URL"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "up_to_date": ("{revision}, up to date", "{revision}，已是最新"),
    "behind": (
        "{revision}, behind {newest}: it is brought up to date at the next start",
        "{revision}，落后于 {newest}：下次启动时自动升级",
    ),
    "empty": ("none yet: it is made at the first start", "尚未创建：首次启动时创建"),
    "too_old": ("PostgreSQL {version} is older than 15", "PostgreSQL {version} 低于 15"),
    "ahead": (
        "the database is at {revision}, newer than this release ({newest}): update OpenClaw",
        "数据库为 {revision}，比此版本（{newest}）新：请升级 OpenClaw",
    ),
}


def say(language: str, key: str, **data: object) -> str:
    """The sentence ``key`` in ``language`` (``en`` or ``zh``), with ``data`` filled in."""
    english, chinese = WORDS[key]
    return (chinese if language == "zh" else english).format(**data)
