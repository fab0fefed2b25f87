import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { usePreferences } from "../../../shared/services.tsx";
import { Designer } from "./Designer.tsx";
import { draftKey, readDraft } from "./localDraft.ts";
import { writeYaml } from "./model/yaml.ts";
import { blank, useLoaded } from "./queries.ts";
import { StartPage } from "./StartPage.tsx";

import "./DesignerRoute.css";

/** A workflow that is there, or a new one: from a template, from nothing, or from where it was left. */
export function DesignerRoute({ workflowId }: { workflowId: string | null }) {
  return workflowId === null ? <NewWorkflow /> : <Existing key={workflowId} workflowId={workflowId} />;
}

function NewWorkflow() {
  const t = useTranslator();
  const { workspaceId } = usePreferences();
  const [isKept] = useState(() => readDraft(window.localStorage, draftKey(workspaceId, null)) !== null);
  const [text, setText] = useState<string | null>(isKept ? "" : null);
  const empty = () => writeYaml(blank(t("designer.untitled")));
  if (text === null) return <StartPage onStart={(chosen) => setText(chosen ?? empty())} />;
  return <Designer initial={{ workflowId: null, version: null, activeVersion: null, text: text || empty() }} runId={null} stepId={null} />;
}

function Existing({ workflowId }: { workflowId: string }) {
  const t = useTranslator();
  const loaded = useLoaded(workflowId);
  const [search] = useState(() => new URLSearchParams(window.location.search));
  if (loaded.error) {
    return (
      <div className="DesignerRoute-wait">
        <Banner tone="danger" role="alert" action={<Button onPress={() => void loaded.refetch()}>{t("app.retry")}</Button>}>
          {t.error(loaded.error)}
        </Banner>
      </div>
    );
  }
  if (!loaded.data) {
    return (
      <div className="DesignerRoute-wait">
        <Skeleton label={t("app.loading")} lines={4} isBlock />
      </div>
    );
  }
  const { detail, text } = loaded.data;
  return <Designer initial={{ workflowId, version: detail.version, activeVersion: detail.activeVersion, text }} runId={search.get("run")} stepId={search.get("step")} />;
}
