"""Words of `openclaw host`, as far as it is about the workspace's hosts and not about this machine."""

HOST: dict[str, tuple[str, str]] = {
    "command_host": (
        "machines that carry the workspace's runs, and this one as one of them",
        "承担工作区任务的主机",
    ),
    "command_host_long": (
        (
            "Machines that carry the workspace's runs. The first commands are for the machine that is to be one, the "
            "others for those who look after them. `openclaw host --token TOKEN --server URL` enrols and runs in one."
        ),
        (
            "承担工作区任务的机器。前几个命令用于要成为主机的机器本身，其余命令供管理员使用。"
            "`openclaw host --token TOKEN --server URL` 一步完成注册与运行。"
        ),
    ),
    "commands_of_host": ("On the machine", "在主机上"),
    "commands_of_operators": ("For operators", "供管理员使用"),
    "command_host_enroll": ("make this machine a host, with a token", "用令牌将本机注册为主机"),
    "command_host_run": ("carry runs, in this terminal", "在此终端承担任务"),
    "command_host_status": ("show what this machine is", "显示本机状态"),
    "command_host_leave": ("be a host no more", "注销本机"),
    "command_host_list": ("list the workspace's hosts", "列出工作区的主机"),
    "command_host_show": ("show one host", "显示一台主机"),
    "command_host_token": (
        "make a token that makes one machine a host",
        "生成注册令牌，可将一台机器注册为主机",
    ),
    "command_host_tokens": ("list the enrolment tokens", "列出注册令牌"),
    "command_host_revoke_token": ("end an enrolment token", "撤销注册令牌"),
    "command_host_set": ("say what a host offers and how much it carries", "设置主机的标签与容量"),
    "command_host_rotate": (
        "end a host's credential; its machine comes back with a new token",
        "更换主机的凭据",
    ),
    "command_host_revoke": ("end a host; what runs there is killed", "撤销主机，并终止其上的任务"),
    "argument_host": ("the host: its name, its id, or the end of its id", "主机：名称、编号或编号的结尾"),
    "host_metavar": ("HOST", "主机"),
    "argument_host_token": ("the token: its id, or the last digits of it", "令牌：编号或编号的结尾"),
    "option_host_labels": ("a label that runs can ask for; repeatable", "任务可据此选择主机的标签；可重复"),
    "option_host_capacity": ("so many runs at once, at most", "最多同时承担的任务数"),
    "option_host_minutes": ("how long the token can be used", "令牌的有效分钟数"),
    "option_host_name": ("what the host is to be called", "主机名称"),
    "option_host_region": ("where it is", "所在地区"),
    "option_host_provider": ("whose machine it is", "提供商"),
    "option_host_draining": ("nothing new is sent to it", "不再向其派发新任务"),
    "option_host_own": ("the machine's own labels and capacity count again", "恢复使用机器自报的标签与容量"),
    "option_host_all": ("revoked ones too", "包括已撤销的主机"),
    "no_hosts": (
        "There are no hosts. Make a token for one:  openclaw host token",
        "尚无主机。生成注册令牌：openclaw host token",
    ),
    "no_host_tokens": ("There are no enrolment tokens.", "没有注册令牌。"),
    "host_state_pending": ("not seen yet", "尚未上线"),
    "host_state_healthy": ("healthy", "正常"),
    "host_state_degraded": ("degraded", "异常"),
    "host_state_offline": ("offline", "离线"),
    "host_state_revoked": ("revoked", "已撤销"),
    "host_draining": ("takes nothing new", "不接新任务"),
    "host_slots": ("{busy} of {slots} slots taken", "已占用 {busy}/{slots} 个名额"),
    "host_token_made": (
        "This token makes one machine a host. It works once, until {at}, and is not shown again:",
        "此令牌可将一台机器注册为主机，仅能使用一次，{at} 前有效，且不会再次显示：",
    ),
    "host_rotated": (
        "The old credential of “{name}” is void. The token works once, on that machine, until {at}.",
        "“{name}”的旧凭据已失效。令牌仅能在该机器上使用一次，{at} 前有效。",
    ),
    "ask_host_rotate": (
        "End the credential of “{name}”? What it carries is killed, and it comes back only by hand.",
        "更换“{name}”的凭据？其上的任务将被终止，且须手动恢复连接。",
    ),
    "host_token_do": ("On the machine, type:", "在该机器上运行："),
    "host_token_state_open": ("open", "未使用"),
    "host_token_state_used": ("used", "已使用"),
    "host_token_state_expired": ("expired", "已过期"),
    "host_token_state_revoked": ("revoked", "已撤销"),
    "host_token_until": ("until {at}", "{at} 前有效"),
    "host_token_gone": ("The token is over.", "令牌已撤销。"),
    "host_changed": ("“{name}” is changed.", "“{name}”已更新。"),
    "host_revoked": ("“{name}” is a host no more.", "“{name}”已不再是主机。"),
    "ask_host_revoke": (
        "End the host “{name}”? What it carries is killed.",
        "撤销主机“{name}”？其上的任务将被终止。",
    ),
    "host_row_state": ("state", "状态"),
    "host_row_slots": ("slots", "名额"),
    "host_row_offers": ("offers", "提供"),
    "host_row_seen": ("last heartbeat", "最近心跳"),
    "host_row_platform": ("platform", "平台"),
    "host_row_id": ("id", "编号"),
}
