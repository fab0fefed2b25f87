import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { authConfigQuery } from "../../features/identity/index.ts";
import { JoinPage } from "../JoinPage.tsx";
import { loadAccount, rootRoute } from "./root.tsx";

const SignInPage = lazyRouteComponent(() => import("../../features/identity/module.tsx"), "SignInPage");
const SignUpPage = lazyRouteComponent(() => import("../../features/identity/module.tsx"), "SignUpPage");

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string; ended?: boolean } => ({
    // Only a path of ours: an address from outside would make the form a redirector.
    ...(typeof search["next"] === "string" && /^\/(?![/\\])/.test(search["next"]) ? { next: search["next"] } : {}),
    ...(search["ended"] ? { ended: true } : {}),
  }),
  beforeLoad: async ({ context }) => {
    const config = await context.queryClient.ensureQueryData(authConfigQuery(context.services.api));
    if (!config.hasUsers) throw redirect({ to: "/sign-up" });
  },
  component: function SignInRoute() {
    return <SignInPage {...signInRoute.useSearch()} />;
  },
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  loader: ({ context }) => context.queryClient.ensureQueryData(authConfigQuery(context.services.api)),
  component: function SignUpRoute() {
    return <SignUpPage config={signUpRoute.useLoaderData()} />;
  },
});

/** An invitation link carries its secret in the fragment, which no server or proxy sees. */
const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join",
  beforeLoad: async ({ context, location }) => {
    try {
      await loadAccount(context);
    } catch {
      throw redirect({ to: "/sign-up", hash: location.hash });
    }
  },
  component: JoinPage,
});

/** Pages without the shell: nobody is signed in yet. */
export const accountRoutes = [signInRoute, signUpRoute, joinRoute];
