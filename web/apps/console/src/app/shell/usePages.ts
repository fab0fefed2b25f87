import { useTranslator } from "@openclaw/i18n";
import { useMemo } from "react";

import type { Entry } from "../../features/palette/index.ts";
import { MEANS, WORK } from "./places.ts";

const SETTINGS = ["profile", "security", "models", "approvals", "tokens", "workspaces", "audit"] as const;

/** The pages that the palette goes to: those of the navigation, and those of the settings. */
export function usePages(): Entry[] {
  const t = useTranslator();
  return useMemo(
    () => [
      ...[...WORK, ...MEANS].map(({ to, icon, label }) => ({ id: `page:${to}`, label: t(label), icon, address: to })),
      { id: "page:/notifications", label: t("notifications.title"), icon: "bell" as const, address: "/notifications" },
      ...SETTINGS.map((section) => ({ id: `page:/settings/${section}`, label: t(`settings.${section}`), icon: "settings" as const, address: `/settings/${section}`, also: t("settings.title") })),
    ],
    [t],
  );
}
