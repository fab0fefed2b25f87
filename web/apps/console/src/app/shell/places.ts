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

/** What one works with: above the conversations. */
export const WORK: Place[] = [
  { to: "/dashboard", icon: "dashboard", label: "app.dashboard" },
  { to: "/tasks", icon: "tasks", label: "app.tasks" },
  { to: "/results", icon: "file", label: "app.results" },
  { to: "/automations", icon: "bolt", label: "app.automations" },
  { to: "/systems", icon: "layers", label: "app.systems" },
  { to: "/workflows", icon: "branch", label: "app.workflows" },
];

/** What it works through: below them. */
export const MEANS: Place[] = [
  { to: "/plugins", icon: "puzzle", label: "app.plugins" },
  { to: "/devices", icon: "laptop", label: "app.devices", Aside: OnlineDevices },
  { to: "/channels", icon: "send", label: "app.channels" },
];
