import type { MessageKey } from "@openclaw/i18n";
import type { IconName } from "@openclaw/ui";
import type { LinkProps } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { OnlineDevices } from "../../features/devices/index.ts";

/** A page that the navigation leads to. */
export interface Place {
  to: NonNullable<LinkProps["to"]>;
  icon: IconName;
  label: MessageKey;
  /** Stands at the end of its line, such as a count. */
  Aside?: ComponentType;
}

/** Work, above the conversations: what is at hand, then the ways to have it done, by hand, by itself, step by step. */
export const WORK: Place[] = [
  { to: "/dashboard", icon: "dashboard", label: "app.dashboard" },
  { to: "/tasks", icon: "tasks", label: "app.tasks" },
  { to: "/results", icon: "file", label: "app.results" },
  { to: "/systems", icon: "layers", label: "app.systems" },
  { to: "/automations", icon: "bolt", label: "app.automations" },
  { to: "/workflows", icon: "branch", label: "app.workflows" },
];

/** What it works through, below them: where it acts, how it reaches one, what it can do more. */
export const MEANS: Place[] = [
  { to: "/devices", icon: "laptop", label: "app.devices", Aside: OnlineDevices },
  { to: "/channels", icon: "send", label: "app.channels" },
  { to: "/plugins", icon: "puzzle", label: "app.plugins" },
];
