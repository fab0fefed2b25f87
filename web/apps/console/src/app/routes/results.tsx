import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { readSearch } from "../../features/results/index.ts";
import { shellRoute } from "./root.tsx";

const ResultsPage = lazyRouteComponent(() => import("../../features/results/module.tsx"), "ResultsPage");
const ResultPage = lazyRouteComponent(() => import("../../features/results/module.tsx"), "ResultPage");
const CompareResultPage = lazyRouteComponent(() => import("../../features/results/module.tsx"), "CompareResultPage");

const resultsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/results",
  validateSearch: readSearch,
  component: function ResultsRoute() {
    return <ResultsPage search={resultsRoute.useSearch()} />;
  },
});

const resultRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/results/$resultId",
  // The version to look at, else the newest; and whether to ask how it is to be published.
  validateSearch: (search: Record<string, unknown>): { version?: number; publish?: true } => ({
    ...(isVersion(search["version"]) ? { version: search["version"] } : {}),
    ...(search["publish"] === true ? { publish: true } : {}),
  }),
  component: function ResultRoute() {
    const { resultId } = resultRoute.useParams();
    const { version = null, publish = false } = resultRoute.useSearch();
    return <ResultPage key={resultId} resultId={resultId} version={version} isPublishing={publish} />;
  },
});

const compareResultRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/results/$resultId/compare",
  validateSearch: (search: Record<string, unknown>) => ({
    before: isVersion(search["before"]) ? search["before"] : 1,
    after: isVersion(search["after"]) ? search["after"] : 1,
  }),
  component: function CompareResultRoute() {
    return <CompareResultPage {...compareResultRoute.useParams()} {...compareResultRoute.useSearch()} />;
  },
});

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 10_000;
}

export const resultRoutes = [resultsRoute, resultRoute, compareResultRoute];
