import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const PluginsPage = lazyRouteComponent(() => import("../../features/plugins/module.tsx"), "PluginsPage");
const PluginPage = lazyRouteComponent(() => import("../../features/plugins/module.tsx"), "PluginPage");

const pluginsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/plugins", component: PluginsPage });

const pluginRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/plugins/$name",
  // The version to look at; else what is installed, or the newest.
  validateSearch: (search: Record<string, unknown>): { package?: string } => (typeof search["package"] === "string" ? { package: search["package"] } : {}),
  component: function PluginRoute() {
    const { name } = pluginRoute.useParams();
    return <PluginPage key={name} name={name} packageId={pluginRoute.useSearch().package ?? null} />;
  },
});

export const pluginRoutes = [pluginsRoute, pluginRoute];
