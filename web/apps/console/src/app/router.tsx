import { createRouter } from "@tanstack/react-router";

import { accountRoutes } from "./routes/account.tsx";
import { automationRoutes } from "./routes/automations.tsx";
import { channelRoutes } from "./routes/channels.tsx";
import { chatRoutes } from "./routes/chat.tsx";
import { dashboardRoutes } from "./routes/dashboard.tsx";
import { deviceRoutes } from "./routes/devices.tsx";
import { notificationRoutes } from "./routes/notifications.tsx";
import { pluginRoutes } from "./routes/plugins.tsx";
import { resultRoutes } from "./routes/results.tsx";
import { type RouterContext, rootRoute, shellRoute } from "./routes/root.tsx";
import { settingsRoutes } from "./routes/settings.tsx";
import { taskRoutes } from "./routes/tasks.tsx";
import { sharedSystemRoute, systemRoutes } from "./routes/systems.tsx";
import { workflowRoutes } from "./routes/workflows.tsx";

// A part of the product is a file of `routes/`, and a line here.
const routeTree = rootRoute.addChildren([
  ...accountRoutes,
  sharedSystemRoute,
  shellRoute.addChildren([...dashboardRoutes, ...chatRoutes, ...notificationRoutes, ...taskRoutes, ...resultRoutes, ...systemRoutes, ...automationRoutes, ...workflowRoutes, ...pluginRoutes, ...deviceRoutes, ...channelRoutes, ...settingsRoutes]),
]);

export function createConsoleRouter(context: RouterContext) {
  return createRouter({ routeTree, context, defaultPreload: "intent", scrollRestoration: false });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: ConsoleRouter;
  }
}
