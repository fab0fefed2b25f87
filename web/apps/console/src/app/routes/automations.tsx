import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const AutomationsPage = lazyRouteComponent(() => import("../../features/automations/module.tsx"), "AutomationsPage");
const AutomationPage = lazyRouteComponent(() => import("../../features/automations/module.tsx"), "AutomationPage");
const EditAutomationPage = lazyRouteComponent(() => import("../../features/automations/module.tsx"), "EditAutomationPage");

interface ListSearch {
  q?: string | undefined;
  shown?: "on" | "off" | undefined;
}

const automationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/automations",
  validateSearch: ({ q, shown }: Record<string, unknown>): ListSearch => ({
    ...(q === undefined ? {} : { q: String(q) }),
    ...(shown === "on" || shown === "off" ? { shown } : {}),
  }),
  component: function AutomationsRoute() {
    const { q = "", shown = "all" } = automationsRoute.useSearch();
    return <AutomationsPage q={q} shown={shown} />;
  },
});

const newAutomationRoute = createRoute({ getParentRoute: () => shellRoute, path: "/automations/new", component: () => <EditAutomationPage automationId={null} /> });

const automationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/automations/$automationId",
  component: function AutomationRoute() {
    const { automationId } = automationRoute.useParams();
    return <AutomationPage key={automationId} automationId={automationId} />;
  },
});

const editAutomationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/automations/$automationId/edit",
  component: function EditAutomationRoute() {
    const { automationId } = editAutomationRoute.useParams();
    return <EditAutomationPage key={automationId} automationId={automationId} />;
  },
});

export const automationRoutes = [automationsRoute, newAutomationRoute, automationRoute, editAutomationRoute];
