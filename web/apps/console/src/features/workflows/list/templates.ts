import type { MessageKey } from "@openclaw/i18n";

/** The examples that ship with OpenClaw, to begin with; the most useful ones first. */
const FILES = import.meta.glob<string>("../../../../../../../examples/*.yaml", { query: "?raw", import: "default" });
const NAMES = ["web-digest", "link-checker", "approval", "http", "condition", "loop", "parallel", "agent", "device", "delay", "transform", "subworkflow"] as const;

export interface Template {
  name: string;
  title: MessageKey;
  text: MessageKey;
  load: () => Promise<string>;
}

export function templates(): Template[] {
  return NAMES.flatMap((name) => {
    const load = Object.entries(FILES).find(([path]) => path.endsWith(`/${name}.yaml`))?.[1];
    return load ? [{ name, title: `workflows.template.${name}` as const, text: `workflows.template.${name}.text` as const, load }] : [];
  });
}
