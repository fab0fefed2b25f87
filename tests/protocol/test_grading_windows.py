"""Lines for cmd.exe, whose grammar is not the one that is read here: only plain words are taken as they look."""

import pytest

from openclaw.protocol.grading import Grade, grade_call
from openclaw.protocol.tools import Exec


@pytest.mark.parametrize(
    ("command", "grade"),
    [
        ("dir", Grade.READ),
        ("git status", Grade.READ),
        ("type C:\\Users\\ann\\a.txt", Grade.READ),
        ("git log -n 5 --format=x", Grade.READ),
        ("sort a /O b", Grade.MODIFY),
        ("sort *", Grade.MODIFY),
        ("echo 'a & del b'", Grade.HIGH),
        ("echo a^&del b", Grade.HIGH),
        ("ls %x%", Grade.HIGH),
        ("ls (a)", Grade.HIGH),
        ("ls | wc -l", Grade.HIGH),
        ("ls > a", Grade.HIGH),
        ("ls \\⏎del a", Grade.HIGH),
        ("ls⏎dir", Grade.HIGH),
        ('echo "a"', Grade.HIGH),
        ("ls;x", Grade.HIGH),
        ("@del a", Grade.HIGH),
        (".\\git status", Grade.HIGH),
        ("g\\it status", Grade.HIGH),
        ("type \\\\host\\share\\a", Grade.HIGH),
        ("ls //host/share", Grade.HIGH),
        ("git log https://example.com", Grade.READ),
        ("del a", Grade.HIGH),
        ("rd /s /q C:\\", Grade.DANGEROUS),
        ("ls & format C:", Grade.DANGEROUS),
        ("", Grade.READ),
    ],
)
def test_a_line_for_the_shell_of_windows(command: str, grade: Grade) -> None:
    call = Exec(command=command.replace("⏎", "\n"), cwd="~")
    assert grade_call("exec", call, home="C:\\Users\\ann").grade == grade
