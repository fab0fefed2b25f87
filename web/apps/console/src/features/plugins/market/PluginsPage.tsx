import type { PluginSource } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Segmented, Select, Skeleton, TextField } from "@openclaw/ui";
import { useDeferredValue, useMemo, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { SOURCES } from "../model.ts";
import { useBlocks, useInstalled, usePackages, useRights } from "../queries.ts";
import { useCategories } from "../words.ts";
import { Control } from "./Control.tsx";
import { InstalledRow, PackageRow } from "./PluginRow.tsx";
import { PublishDialog } from "./PublishDialog.tsx";

import "./PluginsPage.css";

type View = "browse" | "installed" | "control";
const EVERY = "every";

/** The marketplace: what there is, what the workspace has, and what it lets run. */
export function PluginsPage() {
  const t = useTranslator();
  const { isAdmin, workspaceName } = useRights();
  const [view, setView] = useState<View>("browse");
  const [isPublishing, setPublishing] = useState(false);
  useTitle(t("plugins.title"));
  return (
    <Page
      title={t("plugins.title")}
      description={t("plugins.description")}
      action={
        isAdmin && (
          <Button icon="plus" onPress={() => setPublishing(true)} data-testid="publish">
            {t("plugins.publish")}
          </Button>
        )
      }
    >
      {!isAdmin && (
        <div className="PluginsPage-who">
          <Banner data-testid="not-admin">{t("plugins.whoMay", { workspace: workspaceName })}</Banner>
        </div>
      )}
      <div className="PluginsPage-views">
        <Segmented
          label={t("plugins.view")}
          isLabelHidden
          value={view}
          options={(["browse", "installed", "control"] as const).map((value) => ({ value, label: t(`plugins.view.${value}`) }))}
          onChange={setView}
        />
      </div>
      {view === "browse" && <Browse />}
      {view === "installed" && <Installed onBrowse={() => setView("browse")} />}
      {view === "control" && <Control />}
      {isPublishing && <PublishDialog onClose={() => setPublishing(false)} />}
    </Page>
  );
}

function Browse() {
  const t = useTranslator();
  const categoryWords = useCategories();
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const [source, setSource] = useState<PluginSource | null>(null);
  const [category, setCategory] = useState<string | null>(null);
  const packages = usePackages({ words, category, source });
  const every = usePackages({ words: "", category: null, source: null });
  const blocks = useBlocks();
  const items = packages.data?.pages.flatMap((page) => page.items) ?? [];
  const categories = useMemo(() => {
    const known = every.data?.pages.flatMap((page) => page.items.map((each) => each.category)) ?? [];
    return [...new Set([...known, ...(category ? [category] : [])])].sort();
  }, [every.data, category]);
  const isNarrowed = words !== "" || source !== null || category !== null;
  return (
    <>
      <div className="PluginsPage-filter">
        <TextField label={t("plugins.search")} isLabelHidden type="search" value={typed} onChange={setTyped} placeholder={t("plugins.search")} maxLength={200} />
        <Select
          label={t("plugins.category")}
          isLabelHidden
          value={category ?? EVERY}
          options={[{ value: EVERY, label: t("plugins.everyCategory") }, ...categories.map((value) => ({ value, label: categoryWords(value) }))]}
          onChange={(value) => setCategory(value === EVERY ? null : value)}
          data-testid="category"
        />
        <Select
          label={t("plugins.source")}
          isLabelHidden
          value={source ?? EVERY}
          options={[
            { value: EVERY, label: t("plugins.everySource") },
            ...SOURCES.map((value) => ({ value, label: t(`plugins.source.${value}`), detail: t(`plugins.sourceText.${value}`) })),
          ]}
          onChange={(value) => setSource(value === EVERY ? null : (value as PluginSource))}
          data-testid="source"
        />
      </div>
      {packages.error && (
        <Banner tone="danger" role="alert" title={t("plugins.loadFailed")} action={<Button onPress={() => void packages.refetch()}>{t("app.retry")}</Button>}>
          {t.error(packages.error)}
        </Banner>
      )}
      {packages.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {items.length > 0 && (
        <Rows label={t("plugins.title")}>
          {items.map((each) => (
            <PackageRow key={each.id} item={each} blocks={blocks.data ?? []} />
          ))}
        </Rows>
      )}
      {packages.data && items.length === 0 && (
        <EmptyState title={t(isNarrowed ? "plugins.noneFound" : "plugins.none")}>{source === "private" ? t("plugins.nonePrivate") : null}</EmptyState>
      )}
      {packages.hasNextPage && (
        <div className="PluginsPage-more">
          <Button isPending={packages.isFetchingNextPage} onPress={() => void packages.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Installed({ onBrowse }: { onBrowse: () => void }) {
  const t = useTranslator();
  const installed = useInstalled();
  return (
    <>
      {installed.error && (
        <Banner tone="danger" role="alert" title={t("plugins.loadFailed")} action={<Button onPress={() => void installed.refetch()}>{t("app.retry")}</Button>}>
          {t.error(installed.error)}
        </Banner>
      )}
      {installed.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {installed.data?.length === 0 && (
        <EmptyState title={t("plugins.noneInstalled")} action={<Button onPress={onBrowse}>{t("plugins.view.browse")}</Button>}>
          {t("plugins.noneInstalledText")}
        </EmptyState>
      )}
      {installed.data && installed.data.length > 0 && (
        <Rows label={t("plugins.view.installed")}>
          {installed.data.map((plugin) => (
            <InstalledRow key={plugin.id} plugin={plugin} />
          ))}
        </Rows>
      )}
    </>
  );
}
