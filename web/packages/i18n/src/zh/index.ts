import type { en, Translation } from "../messages.ts";
import { agents } from "./agents.ts";
import { app } from "./app.ts";
import { canvas } from "./canvas.ts";
import { channels } from "./channels.ts";
import { conversations } from "./conversations.ts";
import { devices } from "./devices.ts";
import { errors } from "./errors.ts";
import { fleet } from "./fleet.ts";
import { gateway } from "./gateway.ts";
import { identity } from "./identity.ts";
import { local } from "./local.ts";
import { notifications } from "./notifications.ts";
import { plugins } from "./plugins.ts";
import { workflowRuns } from "./workflowRuns.ts";
import { workflows } from "./workflows.ts";
import { workspaces } from "./workspaces.ts";

export const zh: Translation<typeof en> = { ...app, ...identity, ...conversations, ...agents, ...devices, ...fleet, ...gateway, ...local, ...workflows, ...workflowRuns, ...plugins, ...notifications, ...channels, ...workspaces, ...canvas, ...errors };
