/** What the assistant does and may do: tool calls, approvals, models. Settings are in `module.tsx`. */
export { PendingApprovals } from "./components/PendingApprovals.tsx";
export { ToolSteps } from "./components/ToolSteps.tsx";
export { useActiveModel } from "./queries.ts";
