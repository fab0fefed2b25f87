import { useTranslator } from "@openclaw/i18n";
import type { LiveToolPart } from "@openclaw/realtime";
import { parseUnifiedDiff } from "@openclaw/ui";
import { useMemo } from "react";

import { count, replacements, text } from "../tools.ts";

export interface ToolFact {
  text: string;
  /** Something went otherwise than a success would. */
  isAlarming?: boolean;
}

/** The one or two facts of a result that are worth a glance: exit code, lines changed, entries found. */
export function useToolFacts(part: LiveToolPart): ToolFact[] {
  const t = useTranslator();
  return useMemo(() => {
    const { result } = part;
    if (!result) {
      return part.name === "fs.edit" ? [{ text: t.count("tool.edits", replacements(part.arguments).length) }] : [];
    }
    switch (part.name) {
      case "exec": {
        const exitCode = count(result["exitCode"]);
        const signal = text(result["signal"]);
        const durationMs = count(result["durationMs"]);
        return [
          ...(result["timedOut"] === true ? [{ text: t("tool.timedOut"), isAlarming: true }] : []),
          ...(exitCode !== null ? [{ text: t("tool.exitCode", { code: exitCode }), isAlarming: exitCode !== 0 }] : []),
          ...(signal ? [{ text: t("tool.signal", { name: signal }), isAlarming: true }] : []),
          ...(durationMs !== null ? [{ text: t.format.duration(durationMs) }] : []),
        ];
      }
      case "fs.write":
      case "fs.edit": {
        const lines = parseUnifiedDiff(text(result["diff"]));
        const added = lines.filter(({ kind }) => kind === "added").length;
        const removed = lines.filter(({ kind }) => kind === "removed").length;
        return [
          ...(result["created"] === true ? [{ text: t("tool.created") }] : []),
          ...(added + removed > 0 ? [{ text: [added > 0 && `+${added}`, removed > 0 && `−${removed}`].filter(Boolean).join(" ") }] : []),
        ];
      }
      case "fs.read":
        return lengths(t, "tool.lines", count(result["totalLines"]));
      case "fs.list":
        return lengths(t, "tool.entries", lengthOf(result["entries"]));
      case "fs.search":
        return lengths(t, "tool.matches", lengthOf(result["matches"]));
      default:
        return [];
    }
  }, [part, t]);
}

function lengthOf(value: unknown): number | null {
  return Array.isArray(value) ? value.length : null;
}

type Translator = ReturnType<typeof useTranslator>;

function lengths(t: Translator, key: Parameters<Translator["count"]>[0], value: number | null): ToolFact[] {
  return value === null ? [] : [{ text: t.count(key, value) }];
}
