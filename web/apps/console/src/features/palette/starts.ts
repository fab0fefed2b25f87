import type { Translator } from "@openclaw/i18n";

import type { Entry } from "./model.ts";

/** What can be begun: of parts that have a page here, and that one may. */
export function startsOf(t: Translator, pages: readonly Entry[], { isAdmin }: { isAdmin: boolean }): Entry[] {
  const hasPage = (address: string) => pages.some((page) => page.address === address);
  return [
    { id: "start:conversation", label: t("palette.newConversation"), icon: "plus" as const, address: "/" },
    ...(hasPage("/tasks") ? [{ id: "start:task", label: t("palette.newTask"), icon: "plus" as const, address: "/tasks/new" }] : []),
    { id: "start:automation", label: t("automations.new"), icon: "plus" as const, address: "/automations/new" },
    { id: "start:workflow", label: t("workflows.new"), icon: "plus" as const, address: "/workflows/new" },
    { id: "start:device", label: t("devices.link"), icon: "link" as const, address: "/devices?open=link" },
    ...(isAdmin ? [{ id: "start:host", label: t("hosts.enrol"), icon: "server" as const, address: "/devices?open=enrol" }] : []),
  ];
}
