import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const DevicesPage = lazyRouteComponent(() => import("../../features/devices/module.tsx"), "DevicesPage");
const HostPage = lazyRouteComponent(() => import("../../features/devices/module.tsx"), "HostPage");

const devicesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/devices",
  validateSearch: ({ open }: Record<string, unknown>): { open?: "link" | "enrol" } => (open === "link" || open === "enrol" ? { open } : {}),
  component: function DevicesRoute() {
    return <DevicesPage opening={devicesRoute.useSearch().open ?? null} />;
  },
});

const hostRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/hosts/$hostId",
  component: function HostRoute() {
    const { hostId } = hostRoute.useParams();
    return <HostPage key={hostId} hostId={hostId} />;
  },
});

export const deviceRoutes = [devicesRoute, hostRoute];
