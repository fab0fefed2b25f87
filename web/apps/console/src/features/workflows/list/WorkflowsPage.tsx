import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Section, Segmented, Skeleton, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { ImportDialog } from "./ImportDialog.tsx";
import { useWorkflows } from "./queries.ts";
import { SecretsSection } from "./SecretsSection.tsx";
import { Templates } from "./Templates.tsx";
import { WorkflowRow } from "./WorkflowRow.tsx";

import "./WorkflowsPage.css";

export function WorkflowsPage() {
  const t = useTranslator();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(typed.trim());
  const [shown, setShown] = useState<"current" | "archived">("current");
  const [isImporting, setImporting] = useState(false);
  const workflows = useWorkflows({ words, ...(shown === "archived" ? { status: "archived" as const } : {}) });
  useTitle(t("workflows.title"));

  const items = workflows.data?.pages.flatMap((page) => page.items) ?? [];
  const isNarrowed = words !== "" || shown === "archived";
  const isFresh = workflows.data !== undefined && items.length === 0 && !isNarrowed;
  const actions = (
    <div className="WorkflowsPage-actions">
      <Button onPress={() => setImporting(true)} data-testid="import">
        {t("workflows.import")}
      </Button>
      <Button tone="primary" icon="plus" onPress={() => void navigate({ to: "/workflows/new" })} data-testid="new-workflow">
        {t("workflows.new")}
      </Button>
    </div>
  );
  return (
    <Page title={t("workflows.title")} description={t("workflows.description")} action={!isFresh && actions}>
      {workflows.error && (
        <Banner tone="danger" role="alert" title={t("workflows.loadFailed")} action={<Button onPress={() => void workflows.refetch()}>{t("app.retry")}</Button>}>
          {t.error(workflows.error)}
        </Banner>
      )}
      {isFresh ? (
        <EmptyState title={t("workflows.empty")} action={actions}>
          {t("workflows.emptyText")}
        </EmptyState>
      ) : (
        <div className="WorkflowsPage-filter">
          <TextField label={t("workflows.search")} isLabelHidden type="search" value={typed} onChange={setTyped} placeholder={t("workflows.search")} />
          <Segmented
            label={t("workflows.shown")}
            isLabelHidden
            value={shown}
            options={[
              { value: "current", label: t("workflows.current") },
              { value: "archived", label: t("workflows.archived") },
            ]}
            onChange={setShown}
          />
        </div>
      )}
      {workflows.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {items.length > 0 && (
        <Rows label={t("workflows.title")}>
          {items.map((workflow) => (
            <WorkflowRow key={workflow.id} workflow={workflow} />
          ))}
        </Rows>
      )}
      {workflows.data && items.length === 0 && isNarrowed && <EmptyState title={t(words ? "workflows.noneFound" : "workflows.noneArchived")} />}
      {workflows.hasNextPage && (
        <div className="WorkflowsPage-more">
          <Button isPending={workflows.isFetchingNextPage} onPress={() => void workflows.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
      <div className="WorkflowsPage-below">
        {workflows.data && !isNarrowed && (
          <Section title={t("workflows.templates")} description={t("workflows.templatesText")}>
            <Templates key={String(isFresh)} isShort={!isFresh} />
          </Section>
        )}
        <SecretsSection />
      </div>
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}
