import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { wayTo } from "../way.ts";

import "./PendingApprovals.css";

/** Says on every page that something waits for an answer, and leads to what has waited longest. */
export function PendingApprovals({ onLeave }: { onLeave?: () => void }) {
  const t = useTranslator();
  const api = useApi();
  const { data } = useQuery({ queryKey: queryKeys.approvals, queryFn: ({ signal }) => api.approvals.pending(signal) });
  const oldest = data?.items.at(-1);
  if (!data || !oldest) return null;
  return (
    <Link
      {...wayTo(oldest)}
      className="PendingApprovals"
      onClick={onLeave}
      data-testid="pending-approvals"
    >
      <Icon name="shield" size={14} />
      {t.count("approval.waiting", data.items.length)}
    </Link>
  );
}
