import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const NotificationsPage = lazyRouteComponent(() => import("../../features/notifications/module.tsx"), "NotificationsPage");
const DeliveriesPage = lazyRouteComponent(() => import("../../features/notifications/module.tsx"), "DeliveriesPage");

const notificationsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/notifications", component: NotificationsPage });

const deliveriesRoute = createRoute({ getParentRoute: () => shellRoute, path: "/notifications/deliveries", component: DeliveriesPage });

export const notificationRoutes = [notificationsRoute, deliveriesRoute];
