import { isApiError } from "@openclaw/api";
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";

import { ChatPage } from "../features/conversations/index.ts";
import { accountQuery, authConfigQuery } from "../features/identity/index.ts";
import type { Services } from "../shared/services.tsx";
import { Failure, NotFound } from "./failure/Failure.tsx";
import { JoinPage } from "./JoinPage.tsx";
import { Shell } from "./shell/Shell.tsx";

export interface RouterContext {
  services: Services;
  queryClient: QueryClient;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => <Failure error={error} />,
});

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

/** A workspace that one was removed from, or that another account used here, gives way to the personal one. */
async function loadAccount({ services, queryClient }: RouterContext): Promise<void> {
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

const SignInPage = lazyRouteComponent(() => import("../features/identity/module.tsx"), "SignInPage");
const SignUpPage = lazyRouteComponent(() => import("../features/identity/module.tsx"), "SignUpPage");
const DevicesPage = lazyRouteComponent(() => import("../features/devices/module.tsx"), "DevicesPage");
const ApprovalPage = lazyRouteComponent(() => import("../features/agents/module.tsx"), "ApprovalPage");
const WorkflowsPage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "WorkflowsPage");
const WorkflowPage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "WorkflowPage");
const WorkflowRunsPage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "WorkflowRunsPage");
const ComparePage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "ComparePage");
const RunPage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "RunPage");
const DesignerPage = lazyRouteComponent(() => import("../features/workflows/module.tsx"), "DesignerPage");
const PluginsPage = lazyRouteComponent(() => import("../features/plugins/module.tsx"), "PluginsPage");
const PluginPage = lazyRouteComponent(() => import("../features/plugins/module.tsx"), "PluginPage");
const NotificationsPage = lazyRouteComponent(() => import("../features/notifications/module.tsx"), "NotificationsPage");
const DeliveriesPage = lazyRouteComponent(() => import("../features/notifications/module.tsx"), "DeliveriesPage");
const SettingsPage = lazyRouteComponent(() => import("./settings/SettingsPage.tsx"), "SettingsPage");

/** Everything behind the sign-in. */
const shellRoute = createRoute({
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

const newChatRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  component: () => <ChatPage conversationId={null} />,
});

const chatRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/c/$conversationId",
  component: function ChatRoute() {
    const { conversationId } = chatRoute.useParams();
    return <ChatPage key={conversationId} conversationId={conversationId} />;
  },
});

const notificationsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/notifications", component: NotificationsPage });

const deliveriesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/notifications/deliveries",
  component: DeliveriesPage,
});

const devicesRoute = createRoute({ getParentRoute: () => shellRoute, path: "/devices", component: DevicesPage });

const workflowsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/workflows", component: WorkflowsPage });

const workflowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId",
  component: function WorkflowRoute() {
    const { workflowId } = workflowRoute.useParams();
    return <WorkflowPage key={workflowId} workflowId={workflowId} />;
  },
});

const workflowRunsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/runs",
  component: function WorkflowRunsRoute() {
    const { workflowId } = workflowRunsRoute.useParams();
    return <WorkflowRunsPage key={workflowId} workflowId={workflowId} />;
  },
});

const compareRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/compare",
  validateSearch: (search: Record<string, unknown>) => ({ before: versionOf(search["before"]), after: versionOf(search["after"]) }),
  component: function CompareRoute() {
    return <ComparePage {...compareRoute.useParams()} {...compareRoute.useSearch()} />;
  },
});

function versionOf(value: unknown): number {
  return Number.isInteger(value) && Number(value) > 0 ? Number(value) : 1;
}

const workflowRunRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflow-runs/$runId",
  component: function WorkflowRunRoute() {
    const { runId } = workflowRunRoute.useParams();
    return <RunPage key={runId} runId={runId} />;
  },
});

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

const approvalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals/$approvalId",
  component: function ApprovalRoute() {
    const { approvalId } = approvalRoute.useParams();
    return <ApprovalPage key={approvalId} approvalId={approvalId} />;
  },
});

const newWorkflowRoute = createRoute({ getParentRoute: () => shellRoute, path: "/workflows/new", component: () => <DesignerPage workflowId={null} /> });

const editWorkflowRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workflows/$workflowId/edit",
  component: function EditWorkflowRoute() {
    return <DesignerPage workflowId={editWorkflowRoute.useParams().workflowId} />;
  },
});

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

const routeTree = rootRoute.addChildren([
  signInRoute,
  signUpRoute,
  joinRoute,
  shellRoute.addChildren([
    newChatRoute,
    chatRoute,
    approvalRoute,
    notificationsRoute,
    deliveriesRoute,
    devicesRoute,
    workflowsRoute,
    newWorkflowRoute,
    workflowRoute,
    editWorkflowRoute,
    workflowRunsRoute,
    compareRoute,
    workflowRunRoute,
    pluginsRoute,
    pluginRoute,
    settingsRoute,
    settingsSectionRoute,
  ]),
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
