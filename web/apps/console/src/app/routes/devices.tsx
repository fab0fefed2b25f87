import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const DevicesPage = lazyRouteComponent(() => import("../../features/devices/module.tsx"), "DevicesPage");

const devicesRoute = createRoute({ getParentRoute: () => shellRoute, path: "/devices", component: DevicesPage });

export const deviceRoutes = [devicesRoute];
