"""Words of `openclaw jobs`."""

JOBS: dict[str, tuple[str, str]] = {
    "command_jobs": ("what is queued, runs and has failed", "排队、运行和失败的任务"),
    "command_jobs_list": ("the latest jobs", "列出最近的任务"),
    "command_jobs_show": ("one job", "查看一个任务"),
    "command_jobs_cancel": ("stop a job, wherever it is", "取消任务（任何阶段均可）"),
    "command_jobs_requeue": ("queue a failed job again", "将失败的任务重新排队"),
    "command_jobs_requeue_long": (
        (
            "Queue a failed job again, with all its tries. A workflow run is run again from the step that failed, as a "
            "run of its own."
        ),
        "将失败的任务重新排队，重试次数重新计算。工作流会从失败的步骤重新运行，成为一次新的运行。",
    ),
    "command_jobs_stats": ("how many jobs there are in each state", "各状态的任务数量"),
    "argument_job": ("id of a job, or its last digits", "任务 ID 或其末尾几位"),
    "option_job_state": (
        "only those: pending, delayed, running, waiting, completed, failed, cancelled",
        "只列出：pending、delayed、running、waiting、completed、failed、cancelled",
    ),
    "job_state_metavar": ("STATE", "状态"),
    "no_jobs": ("There are no jobs.", "没有任务。"),
    "job_state_pending": ("queued", "排队中"),
    "job_state_delayed": ("later", "稍后"),
    "job_state_running": ("running", "运行中"),
    "job_state_waiting": ("waiting", "等待中"),
    "job_state_completed": ("done", "已完成"),
    "job_state_failed": ("failed", "失败"),
    "job_state_cancelled": ("cancelled", "已取消"),
    "job_priority_1": ("low", "低"),
    "job_priority_2": ("normal", "普通"),
    "job_priority_3": ("high", "高"),
    "job_priority_4": ("critical", "紧急"),
    "job_about": (
        "{kind}, priority {priority}, try {attempt} of {attempts}",
        "{kind}，优先级{priority}，第 {attempt} 次（共 {attempts} 次）",
    ),
    "job_due": ("not before {time}", "不早于 {time}"),
    "job_ended": ("since {created}, ended {finished}", "提交于 {created}，结束于 {finished}"),
    "job_since": ("since {created}", "提交于 {created}"),
    "job_oldest": ("the oldest has been queued for {seconds} s", "最早的任务已排队 {seconds} 秒"),
    "job_ended_lately": (
        "ended: {minute} in the last minute, {hour} in the last hour",
        "最近一分钟结束 {minute} 个，最近一小时结束 {hour} 个",
    ),
}
