import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { dashboardQuery, isQuiet } from "../../features/dashboard/index.ts";
import { shellRoute } from "./root.tsx";

const DashboardPage = lazyRouteComponent(() => import("../../features/dashboard/module.tsx"), "DashboardPage");

/** The first page: the dashboard, once there is something on it. Until then one begins with a conversation. */
const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: async ({ context: { queryClient, services } }) => {
    const seen = await queryClient.fetchQuery(dashboardQuery(services.api)).catch(() => null);
    throw redirect({ to: seen && !isQuiet(seen) ? "/dashboard" : "/chat", replace: true });
  },
});

const dashboardRoute = createRoute({ getParentRoute: () => shellRoute, path: "/dashboard", component: DashboardPage });

export const dashboardRoutes = [homeRoute, dashboardRoute];
