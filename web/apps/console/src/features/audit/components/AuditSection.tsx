import type { AuditEntry, AuditVerification } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Section, Skeleton } from "@openclaw/ui";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";

import "./AuditSection.css";

export function AuditSection() {
  const t = useTranslator();
  const api = useApi();
  const audit = useInfiniteQuery({
    queryKey: queryKeys.audit,
    queryFn: ({ pageParam, signal }) => api.audit.list({ cursor: pageParam, limit: 50 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
  });
  const verify = useMutation({ mutationFn: () => api.audit.verify() });
  const entries = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title={t("audit.title")}
      description={t("audit.description")}
      action={
        <Button icon="shield" isPending={verify.isPending} onPress={() => verify.mutate()}>
          {t(verify.isPending ? "audit.verifying" : "audit.verify")}
        </Button>
      }
    >
      {verify.error && <Banner tone="danger" role="alert">{t.error(verify.error)}</Banner>}
      {verify.data && <Verdict verdict={verify.data} />}
      {audit.error && <Banner tone="danger">{t.error(audit.error)}</Banner>}
      {audit.isPending && <Skeleton label={t("app.loading")} lines={6} />}
      {audit.data && entries.length === 0 && <EmptyState title={t("audit.empty")} />}
      {entries.length > 0 && <AuditTable entries={entries} />}
      {audit.hasNextPage && (
        <div>
          <Button isPending={audit.isFetchingNextPage} onPress={() => void audit.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function Verdict({ verdict }: { verdict: AuditVerification }) {
  const t = useTranslator();
  return verdict.ok ? (
    <Banner tone="accent" role="status">
      {t.count("audit.intact", verdict.entries)}
    </Banner>
  ) : (
    <Banner tone="danger" role="alert">
      {t("audit.broken", { seq: verdict.brokenAt ?? "?" })}
    </Banner>
  );
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  const t = useTranslator();
  return (
    <div className="AuditSection-scroll">
      <table className="AuditSection-table">
        <thead>
          <tr>
            <th scope="col">{t("audit.column.seq")}</th>
            <th scope="col">{t("audit.column.time")}</th>
            <th scope="col">{t("audit.column.actor")}</th>
            <th scope="col">{t("audit.column.action")}</th>
            <th scope="col">{t("audit.column.subject")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.seq}>
              <td className="AuditSection-number">{entry.seq}</td>
              <td className="AuditSection-time">{t.format.precise(entry.at)}</td>
              <td>{entry.actor?.name ?? t("audit.system")}</td>
              <td>
                <code>{entry.action}</code>
              </td>
              <td className="AuditSection-subject">
                <details>
                  <summary>{entry.subject ?? "–"}</summary>
                  <pre>{JSON.stringify(entry.detail, null, 2)}</pre>
                  <p>
                    {t("audit.hash")} <code>{entry.hash}</code>
                  </p>
                </details>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
