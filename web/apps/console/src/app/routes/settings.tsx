import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const SettingsPage = lazyRouteComponent(() => import("../settings/SettingsPage.tsx"), "SettingsPage");

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/$section", params: { section: "profile" } });
  },
});

const settingsSectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings/$section",
  component: function SettingsRoute() {
    return <SettingsPage section={settingsSectionRoute.useParams().section} />;
  },
});

export const settingsRoutes = [settingsRoute, settingsSectionRoute];
