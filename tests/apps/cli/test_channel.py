"""`openclaw channel`: made as a draft and with settings, listed, paused, removed."""

from tests.apps.cli.installation import Terminal


def test_a_channel_from_the_command_line(terminal: Terminal) -> None:
    made = terminal.run("channel", "add", "qq", "--name", "Phone").out
    assert "/hooks/channels/chan_" in made
    assert "Phone  settings missing" in made
    hook = terminal.run("channel", "add", "webhook", "--name", "Mine", "--set", "url=http://127.0.0.1:9/")
    assert "whsec_" in hook.out
    assert "Phone" in terminal.run("channel", "list").out
    assert "已暂停" in terminal.run("channel", "pause", "phone", LANG="zh_CN.UTF-8").out
    assert terminal.run("channel", "resume", "phone", "--json").json["paused"] is False
    assert terminal.run("channel", "pair", "phone").code != 0
    assert terminal.run("channel", "test", "phone").code != 0
    wrong = terminal.run("channel", "add", "telegram", "--set", "botToken=x")
    assert wrong.code != 0
    assert "settings.botToken" in wrong.err
    assert terminal.run("channel", "add", "qq", "--set", "appId").code != 0
    assert terminal.run("channel", "remove", "phone", "--yes").code == 0
    assert "Phone" not in terminal.run("channel", "list").out


def test_a_code_for_an_address_of_mail_is_to_be_answered(terminal: Terminal) -> None:
    settings = ("--set", "address=ann@example.com", "--set", "replyTo=bot@example.com")
    assert terminal.run("channel", "add", "mail", "--name", "Post", *settings).code == 0
    while "waits for the code" not in (listed := terminal.run("channel", "list").out):
        assert "checking" in listed
    said = terminal.run("channel", "pair", "post").out
    assert "A mail is on its way to the channel's address. Answer it with this code until" in said
    assert "Send this code" not in said
    assert terminal.run("channel", "remove", "post", "--yes").code == 0
