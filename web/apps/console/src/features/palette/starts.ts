import type { Translator } from "@openclaw/i18n";

import type { Entry } from "./model.ts";

/** What can be begun, as far as one may. */
export function startsOf(t: Translator, { isAdmin }: { isAdmin: boolean }): Entry[] {
  return [
    { id: "start:conversation", label: t("conversations.new"), icon: "plus" as const, address: "/chat" },
    { id: "start:task", label: t("tasks.new"), icon: "plus" as const, address: "/tasks/new" },
    { id: "start:automation", label: t("automations.new"), icon: "plus" as const, address: "/automations/new" },
    { id: "start:workflow", label: t("workflows.new"), icon: "plus" as const, address: "/workflows/new" },
    { id: "start:device", label: t("devices.link"), icon: "link" as const, address: "/devices?open=link" },
    ...(isAdmin ? [{ id: "start:host", label: t("hosts.enrol"), icon: "server" as const, address: "/devices?open=enrol" }] : []),
  ];
}
