export { DesignerPage } from "./designer/DesignerPage.tsx";
export { WorkflowsPage } from "./list/WorkflowsPage.tsx";
export { RunPage } from "./runs/RunPage.tsx";
export { WorkflowRunsPage } from "./runs/WorkflowRunsPage.tsx";
export { ComparePage } from "./versions/ComparePage.tsx";
export { WorkflowPage } from "./versions/WorkflowPage.tsx";
