import { useTranslator } from "@openclaw/i18n";
import type { CopyLabels } from "@openclaw/ui";
import { useMemo } from "react";

/** Words for the content views of the design system, which has none of its own. */
export function useCodeLabels(): CopyLabels {
  const t = useTranslator();
  return useMemo(() => ({ copy: t("app.copy"), copied: t("app.copied") }), [t]);
}

export function useDiffLabels(): { added: string; removed: string } {
  const t = useTranslator();
  return useMemo(() => ({ added: t("tool.linesAdded"), removed: t("tool.linesRemoved") }), [t]);
}
