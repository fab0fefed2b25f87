import { useTranslator } from "@openclaw/i18n";
import type { LiveToolPart } from "@openclaw/realtime";
import { parseUnifiedDiff } from "@openclaw/ui";
import { useMemo } from "react";

import { count, replacements, text } from "../tools.ts";

/** The one or two facts of a result that are worth a glance: exit code, lines changed, entries found. */
export function useToolFacts(part: LiveToolPart): string[] {
  const t = useTranslator();
  return useMemo(() => {
    const { result } = part;
    if (!result) {
      return part.name === "fs.edit" ? [t.count("tool.edits", replacements(part.arguments).length)] : [];
    }
    switch (part.name) {
      case "exec": {
        const exitCode = count(result["exitCode"]);
        const signal = text(result["signal"]);
        const durationMs = count(result["durationMs"]);
        return [
          ...(result["timedOut"] === true ? [t("tool.timedOut")] : []),
          ...(exitCode !== null ? [t("tool.exitCode", { code: exitCode })] : signal ? [t("tool.signal", { name: signal })] : []),
          ...(durationMs !== null ? [t.format.duration(durationMs)] : []),
        ];
      }
      case "fs.write":
      case "fs.edit": {
        const lines = parseUnifiedDiff(text(result["diff"]));
        const added = lines.filter(({ kind }) => kind === "added").length;
        const removed = lines.filter(({ kind }) => kind === "removed").length;
        return [
          ...(result["created"] === true ? [t("tool.created")] : []),
          ...(added + removed > 0 ? [`+${added} −${removed}`] : []),
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

function lengths(t: Translator, key: Parameters<Translator["count"]>[0], value: number | null): string[] {
  return value === null ? [] : [t.count(key, value)];
}
