import type { Translator } from "@openclaw/i18n";

import { stepsOf, type Definition } from "../canvas/definition.ts";
import { titleOf } from "../canvas/words.ts";
import type { Did } from "./model/session.ts";

/** What was done, so that one knows what undoing takes back. */
export function didWords(t: Translator, did: Did): string {
  switch (did.kind) {
    case "add":
      return t("designer.did.add", { name: titleOf(did.step) });
    case "delete":
      return did.ids.length === 1 ? t("designer.did.delete", { name: did.ids[0] ?? "" }) : t("designer.did.deleteMany", { count: did.ids.length });
    case "rename":
      return t("designer.did.rename", { from: did.from, to: did.to });
    case "connect":
      return t("designer.did.connect", { source: did.link.source, target: did.link.target });
    case "disconnect":
      return t("designer.did.disconnect");
    case "change":
      return t("designer.did.change", { name: did.id });
    case "move":
      return t("designer.did.move");
    case "arrange":
      return t("designer.did.arrange");
    case "group":
      return t("designer.did.group");
    case "ungroup":
      return t("designer.did.ungroup", { name: did.id });
    case "paste":
      return t(did.isDuplicate ? "designer.did.duplicate" : "designer.did.paste");
    case "settings":
      return t("designer.did.settings");
    case "text":
      return t("designer.did.text");
    case "replace":
      return t("designer.did.replace");
  }
}

export function nameOf(definition: Definition | null, id: string): string {
  const step = definition && stepsOf(definition).find((one) => one.id === id);
  return step ? titleOf(step) : id;
}
