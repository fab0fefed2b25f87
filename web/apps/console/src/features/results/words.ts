import type { ResultKind, ResultStatus } from "@openclaw/api";
import type { IconName, Tone } from "@openclaw/ui";

export const KIND_ICONS: Record<ResultKind, IconName> = {
  site: "globe",
  document: "file",
  markdown: "file",
  code: "braces",
  image: "image",
  table: "table",
  chart: "chart",
  file_set: "folder",
};

/** Ochre is for what waits for a person. */
export const STATUS_TONES: Record<ResultStatus, Tone> = {
  draft: "neutral",
  ready_for_review: "attention",
  approved: "accent",
  ready_to_publish: "accent",
  published: "accent",
  complete: "accent",
  archived: "neutral",
};
