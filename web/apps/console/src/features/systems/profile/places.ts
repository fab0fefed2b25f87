import type { Translator } from "@openclaw/i18n";

import type { Field } from "./profile.ts";

/** Where a part of the editor is found. */
export function placeId(field: string): string {
  return `profile-${field}`;
}

/** Brings a part of the editor into view, at what is wrong in it. */
export function goToPart(field: string): void {
  const place = document.getElementById(placeId(field));
  const wrong = place?.querySelector<HTMLElement>("[aria-invalid=true]");
  (wrong ?? place)?.scrollIntoView({ block: "center" });
  (wrong ?? place?.querySelector<HTMLElement>("input, textarea, button, summary"))?.focus({ preventScroll: true });
}

export function fieldWords(t: Translator, fields: readonly Field[]): string {
  return fields.map((field) => t(`systemProfile.field.${field}`)).join(t("app.comma"));
}
