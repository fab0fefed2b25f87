import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Segmented, Skeleton, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { usePublicSystems, useSystems } from "../queries.ts";
import { PublicCard, SystemCard, SystemCards } from "./SystemCards.tsx";
import { TemplateGallery } from "./TemplateGallery.tsx";

import "./SystemsPage.css";

export type SystemsView = "mine" | "shared" | "public" | "archived";
const VIEWS: readonly SystemsView[] = ["mine", "shared", "public", "archived"];
const FILTERS = { mine: { madeBy: "me" }, shared: { madeBy: "others" }, archived: { status: "archived" }, public: {} } as const;
/** What is typed becomes the address after so long. */
const PAUSE_MS = 250;

/** Systems that one has or sees, and the templates that they are made from. What is shown is in the address. */
export function SystemsPage({ view, words }: { view: SystemsView; words: string }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const [typed, setTyped] = useState(words);
  const isPublic = view === "public";
  const own = useSystems({ ...FILTERS[view], ...(words ? { q: words } : {}) }, !isPublic);
  const others = usePublicSystems(words, isPublic);
  const list = isPublic ? others : own;
  useTitle(t("systems.title"));
  const go = (next: { view: SystemsView; q: string }) => void navigate({ to: "/systems", search: { view: next.view, q: next.q }, replace: true });

  useEffect(() => {
    if (typed.trim() === words) return;
    const timer = window.setTimeout(() => go({ view, q: typed.trim() }), PAUSE_MS);
    return () => window.clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `go` is made anew each time
  }, [typed, words, view]);

  const count = list.data?.pages.reduce((sum, page) => sum + page.items.length, 0) ?? 0;
  const isFresh = list.data !== undefined && count === 0 && view === "mine" && words === "";
  return (
    <Page title={t("systems.title")} description={t("systems.description")} isWide>
      <div className="SystemsPage-filter">
        <Segmented
          label={t("systems.shown")}
          isLabelHidden
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`systems.view.${value}`) }))}
          onChange={(next) => go({ view: next, q: words })}
        />
        <TextField label={t("systems.search")} isLabelHidden type="search" value={typed} onChange={setTyped} placeholder={t("systems.search")} maxLength={200} />
      </div>
      {list.error && (
        <Banner tone="danger" role="alert" title={t("systems.loadFailed")} action={<Button onPress={() => void list.refetch()}>{t("app.retry")}</Button>}>
          {t.error(list.error)}
        </Banner>
      )}
      {list.isPending && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      {count > 0 && (
        <SystemCards label={t(`systems.view.${view}`)}>
          {isPublic
            ? others.data?.pages.flatMap(({ items }) => items.map((system) => <PublicCard key={system.id} system={system} />))
            : own.data?.pages.flatMap(({ items }) => items.map((system) => <SystemCard key={system.id} system={system} />))}
        </SystemCards>
      )}
      {list.data && count === 0 && (
        <EmptyState title={t(words ? "systems.noneFound" : `systems.none.${view}`)}>{!words && t(`systems.noneText.${view}`)}</EmptyState>
      )}
      {list.hasNextPage && (
        <div className="SystemsPage-more">
          <Button isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
      {view === "mine" && !words && (list.data || list.error) && (
        <div className="SystemsPage-templates" data-first={isFresh || undefined}>
          <TemplateGallery />
        </div>
      )}
    </Page>
  );
}
