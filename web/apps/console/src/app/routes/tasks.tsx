import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shownOf, type Shown } from "../../features/tasks/index.ts";
import { shellRoute } from "./root.tsx";

const TasksPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "TasksPage");
const LaunchPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "LaunchPage");
const TaskRunPage = lazyRouteComponent(() => import("../../features/tasks/module.tsx"), "TaskRunPage");

const tasksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tasks",
  // Which tasks are shown, by how they stand and by words; all of them when it does not say.
  validateSearch: ({ show, q }: Record<string, unknown>): { show?: Shown; q?: string } => {
    const shown = shownOf(show);
    return { ...(shown === "all" ? {} : { show: shown }), ...(q === undefined || q === "" ? {} : { q: String(q).slice(0, 200) }) };
  },
  component: function TasksRoute() {
    const { show = "all", q = "" } = tasksRoute.useSearch();
    return <TasksPage shown={show} q={q} />;
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
