import { isApiError } from "@openclaw/api";
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet, redirect } from "@tanstack/react-router";

import { accountQuery } from "../../features/identity/index.ts";
import type { Services } from "../../shared/services.tsx";
import { Failure, NotFound } from "../failure/Failure.tsx";
import { Shell } from "../shell/Shell.tsx";

export interface RouterContext {
  services: Services;
  queryClient: QueryClient;
}

export const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Failure error={error} />,
});

/** A workspace that one was removed from, or that another account used here, gives way to the personal one. */
export async function loadAccount({ services, queryClient }: RouterContext): Promise<void> {
  try {
    await queryClient.ensureQueryData(accountQuery(services.api));
  } catch (error) {
    if (!isApiError(error, "workspaces.not_found") || services.preferences.get().workspaceId === null) throw error;
    services.preferences.update({ workspaceId: null });
    await queryClient.ensureQueryData(accountQuery(services.api));
  }
}

/** Links in mail and pushes name their workspace: the page that they lead to is in that one. */
function enterWorkspace({ services: { preferences } }: RouterContext, search: string): void {
  const wanted = new URLSearchParams(search).get("workspace");
  if (wanted && /^ws_[0-9a-f]{32}$/.test(wanted) && wanted !== preferences.get().workspaceId) preferences.update({ workspaceId: wanted });
}

/** Everything behind the sign-in. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    enterWorkspace(context, location.searchStr);
    try {
      await loadAccount(context);
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error;
      throw redirect({ to: "/sign-in", search: location.pathname === "/" ? {} : { next: location.pathname } });
    }
  },
  component: Shell,
});
