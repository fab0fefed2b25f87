import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { ChatPage } from "../../features/conversations/index.ts";
import { shellRoute } from "./root.tsx";

const ApprovalPage = lazyRouteComponent(() => import("../../features/agents/module.tsx"), "ApprovalPage");

const newChatRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/chat",
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

const approvalRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/approvals/$approvalId",
  component: function ApprovalRoute() {
    const { approvalId } = approvalRoute.useParams();
    return <ApprovalPage key={approvalId} approvalId={approvalId} />;
  },
});

export const chatRoutes = [newChatRoute, chatRoute, approvalRoute];
