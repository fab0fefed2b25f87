import { useTranslator } from "@openclaw/i18n";
import type { CopyLabels } from "@openclaw/ui";
import { useMemo } from "react";

/** Words for the code views of the design system, which has none of its own. */
export function useLabels(): CopyLabels {
  const t = useTranslator();
  return useMemo(() => ({ copy: t("app.copy"), copied: t("app.copied") }), [t]);
}
