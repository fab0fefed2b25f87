"""Grades of risk, the judgement on one command, and the words for it in two languages."""

from dataclasses import dataclass
from enum import StrEnum

from openclaw.protocol import places


class Grade(StrEnum):
    """read runs, modify asks, high asks twice, dangerous never runs. Ordered by risk, not by letters."""

    READ = "read"
    MODIFY = "modify"
    HIGH = "high"
    DANGEROUS = "dangerous"

    @property
    def rank(self) -> int:
        """0 for reading to 3 for dangerous."""
        return list(Grade).index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank < Grade(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Grade(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Grade(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Grade(other).rank


@dataclass(frozen=True)
class Segment:
    """One command of a call. ``program`` is empty when nobody can know it before it runs.

    ``paths`` are the absolute paths its words name; ``opaque`` says that its words do not tell all it will do, so
    no standing rule covers it. ``why`` is English out of a closed set: ``why_in`` translates it.
    """

    text: str
    program: str
    grade: Grade
    why: str
    paths: tuple[str, ...] = ()
    opaque: bool = False


@dataclass
class Verdict:
    """What is found out about one command; it only ever gets worse."""

    program: str = ""
    grade: Grade = Grade.READ
    why: str = "only reads"
    opaque: bool = False

    def worsen(self, grade: Grade, why: str, opaque: bool = False) -> None:
        """Take ``grade`` over if it is worse; once opaque, always opaque."""
        if grade > self.grade:
            self.grade, self.why = grade, why
        self.opaque = self.opaque or opaque


def place_grade(path: str, home: str) -> tuple[Grade, str]:
    """The grade of writing at normalised ``path``, and why."""
    if places.is_harmless_device(path):
        return Grade.READ, "writes to a device that keeps nothing"
    if places.is_disk(path):
        return Grade.DANGEROUS, "writes to a raw disk"
    if places.is_switch(path):
        return Grade.DANGEROUS, "stops the machine"
    if places.is_start_up(path):
        return Grade.HIGH, "changes what runs later without being asked"
    if places.is_system(path) and not (
        home and places.is_within(path, places.normalise(home, cwd="/", home=home))
    ):
        return Grade.HIGH, "changes the system"
    return Grade.MODIFY, "changes a file"


# Every reason that a segment may give, with its Chinese words.
REASONS: dict[str, str] = {
    "only tells about the machine": "仅查询设备信息",
    "drives the browser on the machine": "操控设备上的浏览器",
    "is a command of the machine whose effect is not known here": "是设备自有的命令，其影响无法在此判断",
    "only reads": "只读取",
    "a plugin says that this changes something": "插件声明此操作会更改内容",
    "a plugin says that this deletes something": "插件声明此操作会删除内容",
    "deletes": "会删除内容",
    "ends processes": "会结束进程",
    "runs a script": "运行脚本",
    "an argument names a program that deletes or rules": "参数中提到了删除类或特权程序",
    "an option of it is only known when it runs": "有选项要到运行时才能确定",
    "calls itself without end": "无休止地调用自身",
    "changes a file": "修改文件",
    "changes the rights of the system or of everything of a person": "更改系统或个人全部文件的权限",
    "changes the system": "更改系统",
    "changes the system, or acts on another machine": "更改系统，或在其他机器上操作",
    "changes things, or is not known": "会产生更改，或程序未知",
    "changes what runs later without being asked": "更改之后会自动运行的内容",
    "changes which programs run": "改变实际运行的程序",
    "changes who may use files": "更改文件权限",
    "deletes the system or everything of a person": "删除系统或个人的全部文件",
    "destroys a disk or the system's settings": "破坏磁盘或系统设置",
    "edits files, or runs a script": "编辑文件或运行脚本",
    "edits the registry": "编辑注册表",
    "evaluates text as program": "把文本当作程序执行",
    "feeds an interpreter": "把数据送入解释器执行",
    "holds a translated string": "含有翻译字符串",
    "holds invisible characters": "含有不可见字符",
    "is not a tool that is known": "未知的工具",
    "its options can start other programs": "其选项可以启动其他程序",
    "longer than anyone would read": "过长，无法审阅",
    "nested deeper than anyone would read": "嵌套过深，无法审阅",
    "not a command that can be read": "无法解读的命令",
    "not a shell line that can be read": "无法解析的 shell 命令",
    "not valid text": "不是有效文本",
    "reads where keys or passwords are kept": "读取存放密钥或密码的位置",
    "runs another program": "运行另一个程序",
    "runs program text that it is given": "运行传入的程序代码",
    "runs text that is only known when it runs": "运行的内容要到运行时才能确定",
    "runs with the rights of somebody else": "以他人的权限运行",
    "sets a variable that programs may obey": "设置可能影响程序的变量",
    "splits a word over two lines": "一个词被拆到两行",
    "starts an interpreter": "启动解释器",
    "stops the machine": "关闭或重启机器",
    "talks to another machine": "与其他机器通信",
    "uses shell features that are easy to misread": "使用了容易误读的 shell 特性",
    "what it does is only known when it runs": "其行为要到运行时才能确定",
    "which program it is, is only known when it runs": "要到运行时才能确定是哪个程序",
    "writes to a device that keeps nothing": "写入不保存数据的设备",
    "writes to a raw disk": "直接写入磁盘",
}


def why_in(language: str, why: str) -> str:
    """``why`` of a segment in ``language`` ("en" or "zh")."""
    return REASONS.get(why, why) if language == "zh" else why
