import { agents } from "./en/agents.ts";
import { app } from "./en/app.ts";
import { automations } from "./en/automations.ts";
import { canvas } from "./en/canvas.ts";
import { channels } from "./en/channels.ts";
import { conversations } from "./en/conversations.ts";
import type { designer } from "./en/designer.ts";
import type { designerParts } from "./en/designerParts.ts";
import { dashboard } from "./en/dashboard.ts";
import { devices } from "./en/devices.ts";
import { errors } from "./en/errors.ts";
import { fleet } from "./en/fleet.ts";
import { gateway } from "./en/gateway.ts";
import { hosts } from "./en/hosts.ts";
import { identity } from "./en/identity.ts";
import { local } from "./en/local.ts";
import { notifications } from "./en/notifications.ts";
import { palette } from "./en/palette.ts";
import { plugins } from "./en/plugins.ts";
import { taskRuns } from "./en/taskRuns.ts";
import { tasks } from "./en/tasks.ts";
import { results } from "./en/results.ts";
import type { systemParts } from "./en/systemParts.ts";
import type { systems } from "./en/systems.ts";
import { workflowRuns } from "./en/workflowRuns.ts";
import { workflows } from "./en/workflows.ts";
import { workspaces } from "./en/workspaces.ts";

/** English is the source: its keys are the keys. */
export const en = { ...app, ...identity, ...conversations, ...agents, ...devices, ...fleet, ...gateway, ...local, ...dashboard, ...tasks, ...taskRuns, ...workflows, ...workflowRuns, ...plugins, ...results, ...notifications, ...channels, ...workspaces, ...canvas, ...automations, ...hosts, ...palette, ...errors };

/** Words of large parts that few pages show are fetched with these (`loadWords`, `loadSystemWords`). */
type Source = typeof en & typeof designer & typeof designerParts & typeof systems & typeof systemParts;

export type MessageKey = keyof Source;

/** The same keys with words of another language. */
export type Translation<Source> = { readonly [Key in keyof Source]: string };

export type Messages = Translation<Source>;

type CountSuffix<Key> = Key extends `${infer Stem}.other` ? Stem : never;

/** Keys that come in forms by number: `<key>.one`, `<key>.other`. */
export type CountKey = CountSuffix<MessageKey>;
