import type { WorkflowStatus } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

/** Draft, active, or put away. */
export function StatusBadge({ status }: { status: WorkflowStatus }) {
  const t = useTranslator();
  return <Badge tone={status === "active" ? "accent" : "neutral"}>{t(`workflows.status.${status}`)}</Badge>;
}
