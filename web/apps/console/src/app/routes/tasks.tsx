import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shownOf, type Shown } from "../../features/tasks/index.ts";
import { shellRoute } from "./root.tsx";

const TasksPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "TasksPage");
const LaunchPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "LaunchPage");
const TaskRunPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "TaskRunPage");

const tasksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tasks",
  // Which tasks are shown; all of them when it does not say.
  validateSearch: (search: Record<string, unknown>): { show?: Shown } => {
    const show = shownOf(search["show"]);
    return show === "all" ? {} : { show };
  },
  component: function TasksRoute() {
    return <TasksPage shown={tasksRoute.useSearch().show ?? "all"} />;
  },
});

const newTaskRoute = createRoute({ getParentRoute: () => shellRoute, path: "/tasks/new", component: () => <LaunchPage taskId={null} /> });

const editTaskRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tasks/$taskId/edit",
  component: function EditTaskRoute() {
    const { taskId } = editTaskRoute.useParams();
    return <LaunchPage key={taskId} taskId={taskId} />;
  },
});

const taskRunRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/task-runs/$runId",
  component: function TaskRunRoute() {
    const { runId } = taskRunRoute.useParams();
    return <TaskRunPage key={runId} runId={runId} />;
  },
});

export const taskRoutes = [tasksRoute, newTaskRoute, editTaskRoute, taskRunRoute];
