"""Words of `openclaw undo`."""

UNDO: dict[str, tuple[str, str]] = {
    "command_undo": ("undo an answer's changes to files", "撤销某次回答对文件的更改"),
    "command_undo_long": (
        (
            "Undo what an answer changed in files: shows each path and its change, then asks. What somebody changed "
            "since stays, unless --force names it. What is there now is kept on the machine for 30 days."
        ),
        (
            "撤销某次回答对文件的更改：先列出每个路径及其变化，再请您确认。"
            "之后被修改过的内容保持不变，除非用 --force 指定。当前内容会在设备上保留 30 天。"
        ),
    ),
    "argument_run": ("a run, or a conversation (its last answer)", "运行的编号，或对话（其最后一次回答）"),
    "option_force_path": ("undo this path although it was changed since", "即使之后被修改过，也撤销此路径"),
    "option_preview": ("only show what would be done", "仅显示将要做的更改"),
    "ask_undo": ("Undo {count} changes? [y/N] ", "撤销 {count} 处更改？[y/N] "),
    "undo_done": (
        "{done} changes undone, {left} left as they are.",
        "已撤销 {done} 处更改，{left} 处保持不变。",
    ),
    "undo_nothing": ("There is nothing to undo.", "没有可撤销的更改。"),
    "undo_more": ("… and {count} more", "……另有 {count} 项"),
    "undo_expired": (
        "{count} changes have no earlier version to go back to",
        "{count} 处更改没有可恢复的先前版本",
    ),
    "undo_commands": ("{count} commands cannot be undone:", "{count} 条命令无法撤销："),
    "undo_restore": ("restore   ", "还原"),
    "undo_bring_back": ("bring back", "恢复"),
    "undo_remove": ("remove    ", "移除"),
    "undo_move_back": ("move back ", "移回"),
    "obstacle_changed": ("changed since", "之后被修改过"),
    "obstacle_changed_between": ("also changed while the assistant worked", "助手工作期间也被修改过"),
    "obstacle_occupied": ("something new is at its old place", "原位置已有新的内容"),
    "obstacle_not_empty": ("stays: it holds other files", "保持不变：其中还有其他文件"),
    "obstacle_gone": ("stays: it is not there any more", "保持不变：它已不存在"),
    "obstacle_denied": ("stays: the machine's policy closes this path", "保持不变：设备策略不允许访问此路径"),
    "obstacle_not_kept": ("stays: the earlier version was not kept", "保持不变：未保留先前的版本"),
    "obstacle_failed": ("stays: the machine cannot do this", "保持不变：设备无法完成"),
    "obstacle_force": (" (--force undoes it all the same)", "（可用 --force 仍然撤销）"),
}
