"""Words of `openclaw system` and `openclaw vault`."""

SYSTEM: dict[str, tuple[str, str]] = {
    "command_system": ("systems: named ways of working, made from templates", "系统：由模板创建的工作方式"),
    "command_system_list": ("the systems that you may see", "列出您可以查看的系统"),
    "command_system_templates": ("what systems are made from", "列出可用的模板"),
    "command_system_show": ("one system, with its profile", "查看一个系统及其配置"),
    "command_system_create": ("make a system from a template", "用模板创建系统"),
    "command_system_create_long": (
        (
            "Make a system from a template, with a profile of your own if you name a file. A local-only one (--sync "
            "local_only) is kept on the machine that --device names, and edited there: openclaw bridge vault."
        ),
        (
            "用模板创建系统，可指定自己的配置文件。仅限本机的系统（--sync local_only）保存在 --device "
            "指定的设备上，并在该设备上编辑：openclaw bridge vault。"
        ),
    ),
    "command_system_edit": ("change a system", "修改系统"),
    "command_system_edit_long": (
        "Change a system. What it was is kept in its vault. A profile is JSON, as `show --json` has it.",
        "修改系统。修改前的内容会保存在保管库中。配置为 JSON，格式同 `show --json` 的输出。",
    ),
    "command_system_check": ("tell everything that is wrong with a profile", "列出配置文件中的所有问题"),
    "command_system_share": (
        "make a link by which anybody may read a system",
        "生成一个任何人都可查看系统的链接",
    ),
    "command_system_unshare": ("end the link of a system", "取消系统的链接"),
    "command_system_delete": ("delete an archived system with its vault", "删除已归档的系统及其保管库"),
    "command_vault": ("what systems were: snapshots, restores, branches", "系统的历史：快照、恢复、分支"),
    "command_vault_list": ("the snapshots of a system", "列出系统的快照"),
    "command_vault_save": ("keep what a system is now", "保存系统的当前内容"),
    "command_vault_compare": (
        "what differs between a snapshot and another, or now",
        "比较快照与另一个快照或当前内容",
    ),
    "command_vault_restore": ("put a snapshot back, or go to a branch", "恢复快照，或切换到分支"),
    "command_vault_restore_long": (
        "Show what a restore would change, ask, and do it. What the system was is kept: restoring that undoes it.",
        "显示恢复会改变什么，询问后执行。恢复前的内容会被保存，恢复它即可撤销。",
    ),
    "command_vault_clone": (
        "make another system from one, or from a snapshot of it",
        "由系统或其快照创建另一个系统",
    ),
    "command_vault_branch": ("list a system's branches, or begin one", "列出系统的分支，或新建分支"),
    "argument_system_name": ("name or id of a system, or its last digits", "系统的名称、ID 或其末尾几位"),
    "argument_snapshot_id": ("id of a snapshot, or its last digits", "快照 ID 或其末尾几位"),
    "argument_new_name": ("what to call it", "名称"),
    "argument_profile_file": (
        "a profile as JSON, or the answer of `show --json`",
        "JSON 格式的配置，或 `show --json` 的输出",
    ),
    "option_template": (
        "made from that template (openclaw system templates)",
        "使用该模板（openclaw system templates）",
    ),
    "option_system_name": ("its name", "名称"),
    "option_system_about": ("its description", "描述"),
    "option_profile": (
        "a profile as JSON, or the answer of `show --json`",
        "JSON 格式的配置，或 `show --json` 的输出",
    ),
    "option_visibility": (
        "who sees it: private, workspace, public",
        "谁可以查看：private、workspace、public",
    ),
    "option_sync": (
        "what of its runs is kept here: full, metadata, local_only",
        "服务器保存哪些内容：full、metadata、local_only",
    ),
    "option_status": ("draft, active or archived", "draft、active 或 archived"),
    "option_remote": ("whether it may be launched on machines from elsewhere", "是否允许远程在设备上启动"),
    "option_keeper": ("the machine that keeps a local-only system", "保存仅限本机系统的设备"),
    "option_kind": (
        "manual, milestone, pre_migration or pre_experiment",
        "manual、milestone、pre_migration 或 pre_experiment",
    ),
    "option_label": ("what to call the snapshot", "快照的名称"),
    "option_preset": ("full or config_only", "full 或 config_only"),
    "option_other_snapshot": ("compare with that snapshot instead of now", "与该快照比较，而不是当前内容"),
    "option_branch": ("go to that branch instead", "改为切换到该分支"),
    "option_from_snapshot": ("from that snapshot instead of now", "使用该快照，而不是当前内容"),
    "option_new_branch": ("begin a branch of that name", "以该名称新建分支"),
    "no_systems": (
        "There are no systems. Make one: openclaw system create",
        "没有系统。请创建：openclaw system create",
    ),
    "no_snapshots": ("There are no snapshots.", "没有快照。"),
    "no_branches": ("There are no branches: the system is on its main line.", "没有分支：系统位于主线。"),
    "system_about": (
        "{template}, {status}, seen by: {visibility}, kept here: {sync}, version {version}",
        "{template}，{status}，可见范围：{visibility}，服务器保存：{sync}，版本 {version}",
    ),
    "system_roles": ("Roles: {roles}", "角色：{roles}"),
    "system_on_device": (
        "What it holds is on its machine only. There: openclaw bridge vault show {id}",
        "其内容仅保存在所属设备上。请在该设备运行：openclaw bridge vault show {id}",
    ),
    "system_shared": (
        "Whoever has this secret may read the system. It is shown once:\n{token}",
        "拥有此机密的人可以查看该系统，仅显示一次：\n{token}",
    ),
    "system_unshared": ("The link has ended.", "链接已取消。"),
    "system_deleted": ("Deleted.", "已删除。"),
    "system_fine": ("Nothing is wrong.", "没有问题。"),
    "system_delete_ask": (
        "Delete “{name}” with its vault, for good? [y/N] ",
        "永久删除“{name}”及其保管库？[y/N] ",
    ),
    "system_metavar": ("SYSTEM", "系统"),
    "snapshot_metavar": ("SNAPSHOT", "快照"),
    "vault_one_target": ("name a snapshot, or --branch", "请指定快照，或使用 --branch"),
    "vault_same": ("Nothing differs.", "没有差异。"),
    "vault_counts": (
        "{field}: {added} added, {removed} removed, {changed} changed",
        "{field}：新增 {added}，移除 {removed}，更改 {changed}",
    ),
    "vault_restore_ask": ("Restore this? [y/N] ", "要恢复吗？[y/N] "),
    "vault_not_restored": ("Nothing was changed.", "没有更改。"),
    "vault_restored": (
        "Restored. To undo it: openclaw vault restore {system} {checkpoint}",
        "已恢复。如需撤销：openclaw vault restore {system} {checkpoint}",
    ),
}
