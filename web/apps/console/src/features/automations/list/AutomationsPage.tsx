import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Segmented, Skeleton, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useSettled } from "../../../shared/useSettled.ts";
import { useTitle } from "../../../shared/useTitle.ts";
import { useAutomations } from "../queries.ts";
import { AutomationRow } from "./AutomationRow.tsx";

import "./AutomationsPage.css";

export type Shown = "all" | "on" | "off";
const SHOWN: readonly Shown[] = ["all", "on", "off"];
const TYPING_MS = 200;

export function AutomationsPage({ q, shown }: { q: string; shown: Shown }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(q);
  const words = useSettled(typed.trim(), TYPING_MS);
  const automations = useAutomations({ words, enabled: shown === "all" ? null : shown === "on" });
  useTitle(t("automations.title"));

  const show = (next: { q: string; shown: Shown }) => void navigate({ to: "/automations", replace: true, search: { ...(next.q ? { q: next.q } : {}), ...(next.shown === "all" ? {} : { shown: next.shown }) } });
  useEffect(() => {
    // What is looked for keeps in the address.
    if (words !== q) void navigate({ to: "/automations", replace: true, search: (before: Record<string, unknown>) => ({ ...before, q: words || undefined }) });
  }, [words, q, navigate]);

  const items = automations.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = words !== "" || shown !== "all";
  const isFresh = automations.data !== undefined && items.length === 0 && !isNarrowed;
  const add = (
    <Button tone="primary" icon="plus" onPress={() => void navigate({ to: "/automations/new" })} data-testid="new-automation">
      {t("automations.new")}
    </Button>
  );
  return (
    <Page title={t("automations.title")} description={t("automations.description")} action={!isFresh && add}>
      {automations.error && (
        <Banner tone="danger" role="alert" title={t("automations.loadFailed")} action={<Button onPress={() => void automations.refetch()}>{t("app.retry")}</Button>}>
          {t.error(automations.error)}
        </Banner>
      )}
      {isFresh ? (
        <EmptyState title={t("automations.empty")} action={add}>
          {t("automations.emptyText")}
        </EmptyState>
      ) : (
        <div className="AutomationsPage-filter">
          <TextField label={t("automations.search")} isLabelHidden type="search" value={typed} onChange={setTyped} placeholder={t("automations.search")} />
          <Segmented
            label={t("automations.shown")}
            isLabelHidden
            value={shown}
            options={SHOWN.map((value) => ({ value, label: t(`automations.shown.${value}`) }))}
            onChange={(value) => show({ q: words, shown: value })}
          />
        </div>
      )}
      {automations.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {items.length > 0 && (
        <Rows label={t("automations.title")}>
          {items.map((automation) => (
            <AutomationRow key={automation.id} automation={automation} />
          ))}
        </Rows>
      )}
      {automations.data && items.length === 0 && isNarrowed && <EmptyState title={t("automations.noneFound")} />}
      {automations.hasNextPage && (
        <div className="AutomationsPage-more">
          <Button isPending={automations.isFetchingNextPage} onPress={() => void automations.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Page>
  );
}
