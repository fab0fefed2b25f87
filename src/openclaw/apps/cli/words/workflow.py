"""Words of `openclaw workflow`."""

WORKFLOW: dict[str, tuple[str, str]] = {
    "command_workflow": ("check and run workflows from files", "检查并运行文件中的工作流"),
    "command_workflow_check": ("tell everything that is wrong with a workflow", "列出工作流中的所有问题"),
    "command_workflow_run": ("run a workflow from a file", "运行文件中的工作流"),
    "command_workflow_run_long": (
        (
            "Run a workflow from a YAML or JSON file and show each step as it ends. If the file differs from the "
            "workflow of that name, it is saved as a new version, which is then the active one. Workflows that it "
            "starts are taken from files beside it when the server has none of that name. Questions to a person are "
            "asked here, or answered elsewhere."
        ),
        (
            "运行 YAML 或 JSON 文件中的工作流，并在每个步骤结束时显示结果。若文件有改动，"
            "同名工作流会保存为新版本并启用。它启动的工作流若服务器上没有，则取自同一文件夹中的文件。需要人工确认的问题在此询问，也可在其他地方回答。"
        ),
    ),
    "command_workflow_runs": ("list the latest runs", "列出最近的运行"),
    "command_workflow_show_run": ("show a run with its steps", "显示一次运行及其步骤"),
    "command_workflow_logs": ("show what was done for each step of a run", "显示一次运行中每个步骤的日志"),
    "command_workflow_delete_run": ("delete a run for good, with its files", "彻底删除一次运行及其文件"),
    "command_workflow_delete": (
        "delete a workflow for good, with its versions and runs",
        "彻底删除工作流及其版本和运行",
    ),
    "argument_workflow_name": ("a workflow: its name, or wf_…", "工作流：名称或 wf_…"),
    "command_workflow_signal": ("send a signal to a run that waits for it", "向等待信号的运行发送信号"),
    "argument_workflow_signal": ("the name that a step waits for", "步骤等待的信号名称"),
    "option_workflow_data": ("what goes with it, as JSON", "随信号发送的数据（JSON）"),
    "workflow_bad_data": ("{text}: not JSON", "{text}：不是 JSON"),
    "workflow_signalled": ("Sent.", "已发送。"),
    "ask_workflow_delete_run": ("Delete {id} for good? [y/N] ", "彻底删除 {id}？[y/N] "),
    "ask_workflow_delete": (
        "Delete {name} with its versions and everybody's runs of it, for good? [y/N] ",
        "彻底删除 {name} 及其版本和所有人的运行？[y/N] ",
    ),
    "workflow_deleted": ("Deleted.", "已删除。"),
    "no_such_workflow": ("there is no workflow {name}", "没有名为 {name} 的工作流"),
    "argument_workflow_run": ("a run: wrun_…", "运行：wrun_…"),
    "no_workflow_runs": ("There are no runs.", "没有运行。"),
    "no_workflow_logs": ("The run's steps have logged nothing.", "该运行的步骤没有日志。"),
    "workflow_run_pending": ("has not begun", "尚未开始"),
    "workflow_run_running": ("running", "运行中"),
    "workflow_run_waiting": ("waiting", "等待中"),
    "workflow_run_delayed": ("begins or goes on later", "稍后开始或继续"),
    "workflow_run_completed": ("done", "已完成"),
    "workflow_run_failed": ("failed", "失败"),
    "workflow_run_cancelled": ("cancelled", "已取消"),
    "workflow_step_running": ("running", "运行中"),
    "argument_workflow_file": ("a workflow in YAML or JSON", "YAML 或 JSON 格式的工作流"),
    "option_workflow_input": (
        "input as NAME=VALUE (VALUE is JSON, else a text)",
        "输入 名称=值（值为 JSON，否则为文字）",
    ),
    "option_workflow_files": ("save the files that steps gave back there", "将步骤生成的文件保存到该文件夹"),
    "workflow_file_saved": ("Saved {path}", "已保存 {path}"),
    "option_workflow_yes": ("answer the questions of approval steps with yes", "对审批步骤的问题回答“是”"),
    "workflow_fine": ("{name}: nothing is wrong.", "{name}：没有问题。"),
    "workflow_wrong": ("{count} problems.", "{count} 个问题。"),
    "workflow_bad_input": ("{text}: not NAME=VALUE", "{text}：不是 名称=值"),
    "workflow_missing_input": (
        "it needs {names}. Give each as -i NAME=VALUE, for example: -i {name}=…",
        "缺少输入：{names}。请用 -i 名称=值 给出，例如：-i {name}=…",
    ),
    "workflow_started": ("{name}, version {version}: {run}", "{name}，版本 {version}：{run}"),
    "workflow_ask": ("{message}\nAllow? [y/N] ", "{message}\n允许吗？[y/N] "),
    "workflow_allow": ("Allow this once? [y/N] ", "允许这一次吗？[y/N] "),
    "workflow_allow_elsewhere": (
        "  It waits. In another terminal: openclaw approvals allow {id}, or answer in the web app.",
        "  正在等待。可在另一个终端运行：openclaw approvals allow {id}，或在网页中回答。",
    ),
    "workflow_waits": (
        "{path} waits for an answer: {message}",
        "{path} 正在等待回答：{message}",
    ),
    "workflow_ended_completed": ("Done.", "已完成。"),
    "workflow_ended_failed": ("Failed: {reason}", "失败：{reason}"),
    "workflow_ended_cancelled": ("Cancelled.", "已取消。"),
    "workflow_step_completed": ("done", "完成"),
    "workflow_step_failed": ("failed", "失败"),
    "workflow_step_cancelled": ("cancelled", "已取消"),
    "workflow_step_skipped": ("skipped", "已跳过"),
    "workflow_step_waiting": ("waiting", "等待中"),
    "workflow_step_delayed": ("tries again later", "稍后重试"),
}
