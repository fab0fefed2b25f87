import { loadSystemWords } from "@openclaw/i18n";
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { rootRoute, shellRoute } from "./root.tsx";

/** The pages, with their words. */
const load = () => Promise.all([import("../../features/systems/module.tsx"), loadSystemWords()]).then(([pages]) => pages);

const SystemsPage = lazyRouteComponent(load, "SystemsPage");
const SystemPage = lazyRouteComponent(load, "SystemPage");
const PublicSystemPage = lazyRouteComponent(load, "PublicSystemPage");
const SharedSystemPage = lazyRouteComponent(load, "SharedSystemPage");

const VIEWS = ["mine", "shared", "public", "archived"] as const;
const PARTS = ["launch", "profile", "vault", "sharing", "runs"] as const;

const systemsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/systems",
  validateSearch: (search: Record<string, unknown>): { view?: (typeof VIEWS)[number]; q?: string } => {
    const view = VIEWS.find((one) => one === search["view"]);
    return { ...(view && view !== "mine" ? { view } : {}), ...(typeof search["q"] === "string" && search["q"] ? { q: search["q"] } : {}) };
  },
  component: function SystemsRoute() {
    const { view = "mine", q = "" } = systemsRoute.useSearch();
    return <SystemsPage view={view} words={q} />;
  },
});

const publicSystemRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/systems/public/$systemId",
  component: function PublicSystemRoute() {
    const { systemId } = publicSystemRoute.useParams();
    return <PublicSystemPage key={systemId} systemId={systemId} />;
  },
});

const systemRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/systems/$systemId",
  component: function SystemRoute() {
    const { systemId } = systemRoute.useParams();
    return <SystemPage key={systemId} systemId={systemId} part="launch" />;
  },
});

const systemPartRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/systems/$systemId/$part",
  component: function SystemPartRoute() {
    const { systemId, part } = systemPartRoute.useParams();
    return <SystemPage key={systemId} systemId={systemId} part={PARTS.find((one) => one === part) ?? "launch"} />;
  },
});

/** A link carries its secret in the fragment, which no server or proxy sees. Nobody needs to be signed in. */
export const sharedSystemRoute = createRoute({ getParentRoute: () => rootRoute, path: "/shared-system", component: SharedSystemPage });

export const systemRoutes = [systemsRoute, publicSystemRoute, systemRoute, systemPartRoute];
