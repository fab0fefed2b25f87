import type { Translator } from "@openclaw/i18n";
import type { MenuGroup } from "@openclaw/ui";

import type { Step } from "../canvas/definition.ts";
import type { Actions } from "./useActions.ts";

export interface MenuTargets {
  step: Step | null;
  actions: Actions;
  connect: () => void;
  activate: () => void;
  settings: () => void;
  arrange: () => void;
  /** Null when there is nothing to discard, or no run to show. */
  discard: (() => void) | null;
  showLastRun: (() => void) | null;
  help: () => void;
}

/** The menu of the open step, and that of the workflow. */
export function menusOf(t: Translator, { step, actions, ...targets }: MenuTargets): { stepMenu: MenuGroup[]; menu: MenuGroup[] } {
  const isBox = step?.type === "loop" || step?.type === "parallel";
  const stepMenu: MenuGroup[] = [
    {
      actions: [
        { id: "connect", label: t("designer.connectTo"), icon: "link", run: targets.connect },
        { id: "duplicate", label: t("designer.duplicate"), icon: "copy", run: actions.duplicate },
        { id: "loop", label: t("designer.intoLoop"), icon: "refresh", run: () => actions.group("loop") },
        { id: "parallel", label: t("designer.intoParallel"), icon: "parallel", run: () => actions.group("parallel") },
        ...(isBox ? [{ id: "ungroup", label: t("designer.ungroup"), icon: "nested" as const, run: actions.ungroup }] : []),
      ],
    },
    { actions: [{ id: "delete", label: t("designer.deleteStep"), icon: "trash", isDestructive: true, run: actions.remove }] },
  ];
  const menu: MenuGroup[] = [
    {
      actions: [
        { id: "activate", label: t("designer.activate"), icon: "check", detail: t("designer.activateNote"), run: targets.activate },
        { id: "settings", label: t("designer.settings"), icon: "settings", run: targets.settings },
        { id: "arrange", label: t("designer.arrange"), icon: "parallel", run: targets.arrange },
        ...(targets.discard ? [{ id: "discard", label: t("designer.discard"), icon: "undo" as const, run: targets.discard }] : []),
        ...(targets.showLastRun ? [{ id: "last", label: t("designer.showLastRun"), icon: "history" as const, run: targets.showLastRun }] : []),
      ],
    },
    { actions: [{ id: "keys", label: t("designer.shortcuts"), icon: "info", run: targets.help }] },
  ];
  return { stepMenu, menu };
}
