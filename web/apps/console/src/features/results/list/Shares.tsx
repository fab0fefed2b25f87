import type { ResultCounts } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { without } from "../../../shared/json.ts";
import { STATUSES, type Search, type Share } from "../model.ts";

import "./Shares.css";

/** How much there is of what, each a way to it: the finished, the public, and every status that something has. */
export function Shares({ search, counts }: { search: Search; counts: ResultCounts | null }) {
  const t = useTranslator();
  const of = (status: (typeof STATUSES)[number]) => counts?.statuses[status] ?? 0;
  const all = STATUSES.filter((status) => status !== "archived").reduce((sum, status) => sum + of(status), 0);
  const isShown = (share: Share, count: number) => count > 0 || search.show === share;
  const ways: { share: Share | null; label: string; count: number }[] = [
    { share: null, label: t("results.all"), count: all },
    { share: "finished", label: t("results.finished"), count: counts?.finished ?? 0 },
    { share: "live", label: t("results.live"), count: counts?.live ?? 0 },
    ...STATUSES.filter((status) => isShown(status, of(status))).map((status) => ({ share: status, label: t(`results.status.${status}`), count: of(status) })),
  ];
  return (
    <nav className="Shares" aria-label={t("results.shares")}>
      <ul className="Shares-list">
        {ways.map(({ share, label, count }) => (
          <li key={share ?? "all"} className="Shares-item" data-first={share === "draft" || undefined}>
            <Link
              to="/results"
              search={share ? { ...search, show: share } : without(search, "show")}
              className="Shares-link"
              data-testid={`share-${share ?? "all"}`}
              // By the filter, not by the address alone: that of all results is a beginning of every other one.
              activeProps={{}}
              aria-current={(search.show ?? null) === share ? "page" : undefined}
              data-current={(search.show ?? null) === share || undefined}
            >
              {label}
              <span className="Shares-count">{counts ? t.format.number(count) : "·"}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
