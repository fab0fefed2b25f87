import type { Translator } from "@openclaw/i18n";

import type { Field } from "./profile.ts";

/** Where a part of the editor is found. */
export function placeId(field: string): string {
  return `profile-${field}`;
}

export function fieldWords(t: Translator, fields: readonly Field[]): string {
  return fields.map((field) => t(`systemProfile.field.${field}`)).join(t("systems.comma"));
}
