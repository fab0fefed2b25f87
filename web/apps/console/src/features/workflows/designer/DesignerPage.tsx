import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Skeleton } from "@openclaw/ui";
import { lazy, Suspense, useState } from "react";

import { usePreferences } from "../../../shared/services.tsx";
import { draftKey, readDraft } from "./localDraft.ts";
import { writeYaml } from "./model/yaml.ts";
import { blank, useLoaded } from "./queries.ts";

import "./DesignerPage.css";

// The canvas, the editors and what they stand on are large: nobody else's page waits for them.
const Designer = lazy(async () => ({ default: (await import("./Designer.tsx")).Designer }));
const Templates = lazy(async () => ({ default: (await import("./Templates.tsx")).Templates }));

export interface DesignerPageProps {
  /** Null for a new workflow. */
  workflowId: string | null;
}

/** The pages `/workflows/new` and `/workflows/$workflowId/edit`; `?run=` shows a run, `?step=` opens a step. */
export function DesignerPage({ workflowId }: DesignerPageProps) {
  return (
    <Suspense fallback={<Loading />}>{workflowId === null ? <NewWorkflow /> : <Existing key={workflowId} workflowId={workflowId} />}</Suspense>
  );
}

function Loading() {
  const t = useTranslator();
  return (
    <div className="DesignerPage-wait">
      <Skeleton label={t("app.loading")} lines={4} isBlock />
    </div>
  );
}

function NewWorkflow() {
  const t = useTranslator();
  const { workspaceId } = usePreferences();
  const [isKept] = useState(() => readDraft(window.localStorage, draftKey(workspaceId, null)) !== null);
  const [text, setText] = useState<string | null>(isKept ? "" : null);
  const empty = () => writeYaml(blank(t("designer.untitled")));
  if (text === null) return <Templates onStart={(chosen) => setText(chosen ?? empty())} />;
  return <Designer initial={{ workflowId: null, version: null, activeVersion: null, text: text || empty() }} runId={null} stepId={null} />;
}

function Existing({ workflowId }: { workflowId: string }) {
  const t = useTranslator();
  const loaded = useLoaded(workflowId);
  const [search] = useState(() => new URLSearchParams(window.location.search));
  if (loaded.error) {
    return (
      <div className="DesignerPage-wait">
        <Banner tone="danger" role="alert" action={<Button onPress={() => void loaded.refetch()}>{t("app.retry")}</Button>}>
          {t.error(loaded.error)}
        </Banner>
      </div>
    );
  }
  if (!loaded.data) return <Loading />;
  const { detail, text } = loaded.data;
  return <Designer initial={{ workflowId, version: detail.version, activeVersion: detail.activeVersion, text }} runId={search.get("run")} stepId={search.get("step")} />;
}
