"""`openclaw notifications`: what was told is listed, shown with how it was delivered, read and put away."""

from tests.apps.cli.installation import Terminal


def test_a_notification_is_listed_shown_read_and_put_away(terminal: Terminal) -> None:
    terminal.run("notifications", "read", "--all")
    terminal.run("notifications", "dismiss", "--all")
    assert "A test is on its way." in terminal.run("notifications", "test").out
    (item,) = terminal.run("notifications", "list", "--unread", "--json").json["items"]
    listed = terminal.run("notifications", "list").out
    assert f"{item['id']}" in listed
    assert "unread  This is a test" in listed
    assert "这是一条测试通知" in terminal.run("notifications", "list", LANG="zh_CN.UTF-8").out
    shown = terminal.run("notifications", "show", item["id"][-8:])
    assert "/notifications" in shown.out
    assert terminal.run("notifications", "read", item["id"], "--json").json == {"count": 1}
    assert terminal.run("notifications", "list", "--unread").out == "Nothing to tell.\n"
    assert "1 put away." in terminal.run("notifications", "dismiss", "--all").out


def test_what_cannot_be_is_said(terminal: Terminal) -> None:
    assert "--all" in terminal.run("notifications", "read").err
    assert terminal.run("notifications", "read", "x", "--all").code == 2
    assert terminal.run("notifications", "show", "noti_" + "0" * 32).code != 0
    assert terminal.run("notifications", "retry", "dlv_" + "0" * 32).code != 0
