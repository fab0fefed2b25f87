import type { SystemVisibility } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

/** Who sees a system: what leaves the workspace stands out. */
export function VisibilityBadge({ visibility }: { visibility: SystemVisibility }) {
  const t = useTranslator();
  return <Badge tone={visibility === "public" || visibility === "link" ? "attention" : "neutral"}>{t(`systems.visibility.${visibility}`)}</Badge>;
}
