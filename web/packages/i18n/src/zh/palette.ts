import type { palette as source } from "../en/palette.ts";
import type { Translation } from "../messages.ts";

export const palette: Translation<typeof source> = {
  "palette.open": "查找（{keys}）",
  "palette.title": "查找",
  "palette.placeholder": "前往页面、新建、查找内容…",
  "palette.recent": "最近打开",
  "palette.starts": "开始",
  "palette.pages": "前往",
  "palette.conversations": "对话",
  "palette.tasks": "任务",
  "palette.results": "结果",
  "palette.systems": "系统",
  "palette.workflows": "工作流",
  "palette.automations": "自动化",
  "palette.looking": "正在查找…",
  "palette.none": "没有此名称的内容",
  "palette.failed": "部分内容无法搜索，请稍后重试。",
  "palette.found.one": "{count} 项",
  "palette.found.other": "{count} 项",
  "palette.hint": "↑ ↓ 选择 · Enter 打开 · Esc 关闭",
};
