/** What the assistant does and may do: tool calls, approvals, models. Settings are in `module.tsx`. */
export { PendingApprovals } from "./components/PendingApprovals.tsx";
export { UndoDialog } from "./components/UndoDialog.tsx";
export { ApprovalCard } from "./components/ApprovalCard.tsx";
export { isToolName, toolIcon, toolSubject, undoOf } from "./tools.ts";
export { ToolSteps } from "./components/ToolSteps.tsx";
export { useActiveModel, useProviders } from "./queries.ts";
export { wayTo } from "./way.ts";
