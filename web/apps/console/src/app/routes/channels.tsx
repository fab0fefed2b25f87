import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "./root.tsx";

const ChannelsPage = lazyRouteComponent(() => import("../../features/channels/module.tsx"), "ChannelsPage");

const channelsRoute = createRoute({ getParentRoute: () => shellRoute, path: "/channels", component: ChannelsPage });

export const channelRoutes = [channelsRoute];
