import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const WorkflowsPage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "WorkflowsPage");
const WorkflowPage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "WorkflowPage");
const WorkflowRunsPage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "WorkflowRunsPage");
const ComparePage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "ComparePage");
const RunPage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "RunPage");
const DesignerPage = lazyRouteComponent(() => import("../../features/workflows/module.tsx"), "DesignerPage");

const workflowsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/workflows", component: WorkflowsPage });

const newWorkflowRoute = createRoute({ getParentRoute: () => shellRoute, path: "/workflows/new", component: () => <DesignerPage workflowId={null} /> });

const workflowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId",
  component: function WorkflowRoute() {
    const { workflowId } = workflowRoute.useParams();
    return <WorkflowPage key={workflowId} workflowId={workflowId} />;
  },
});

const editWorkflowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/edit",
  component: function EditWorkflowRoute() {
    return <DesignerPage workflowId={editWorkflowRoute.useParams().workflowId} />;
  },
});

const workflowRunsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/runs",
  component: function WorkflowRunsRoute() {
    const { workflowId } = workflowRunsRoute.useParams();
    return <WorkflowRunsPage key={workflowId} workflowId={workflowId} />;
  },
});

const compareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/compare",
  validateSearch: (search: Record<string, unknown>) => ({ before: versionOf(search["before"]), after: versionOf(search["after"]) }),
  component: function CompareRoute() {
    return <ComparePage {...compareRoute.useParams()} {...compareRoute.useSearch()} />;
  },
});

const workflowRunRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflow-runs/$runId",
  component: function WorkflowRunRoute() {
    const { runId } = workflowRunRoute.useParams();
    return <RunPage key={runId} runId={runId} />;
  },
});

function versionOf(value: unknown): number {
  return Number.isInteger(value) && Number(value) > 0 ? Number(value) : 1;
}

export const workflowRoutes = [workflowsRoute, newWorkflowRoute, workflowRoute, editWorkflowRoute, workflowRunsRoute, compareRoute, workflowRunRoute];
