import type { WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Segmented, Skeleton, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useWholeStep, useRepeatRun } from "./queries.ts";

import "./RepeatDialog.css";

export interface RepeatDialogProps {
  run: WorkflowRun;
  path: string;
  row: WorkflowStepRun | null;
  latestVersion: number | null;
  onClose: () => void;
}

/** Run again from a step on, with another input if wanted, or with a mended version of the workflow. */
export function RepeatDialog({ run, path, row, latestVersion, onClose }: RepeatDialogProps) {
  const t = useTranslator();
  const navigate = useNavigate();
  const repeat = useRepeatRun(run.id);
  const whole = useWholeStep(run.id, row, row?.inputBytes != null);
  const recorded = (whole.data ?? row)?.input;
  const isEditable = typeof recorded === "object" && recorded !== null && !Array.isArray(recorded);
  const original = isEditable ? JSON.stringify(recorded, null, 2) : "";
  const [edited, setEdited] = useState<string | null>(null);
  const [isNoJson, setNoJson] = useState(false);
  const isNewer = latestVersion !== null && latestVersion !== run.version;
  const [version, setVersion] = useState<"same" | "newest">("same");
  const isLoading = row?.inputBytes != null && !whole.data;

  const submit = () => {
    let input: Record<string, unknown> | undefined;
    if (edited !== null && edited !== original) {
      const parsed = parse(edited);
      setNoJson(parsed === null);
      if (parsed === null) return;
      input = parsed;
    }
    repeat.mutate(
      { fromPath: path, ...(input ? { input } : {}), ...(version === "newest" && latestVersion !== null ? { version: latestVersion } : {}) },
      { onSuccess: ({ id }) => void navigate({ to: "/workflow-runs/$runId", params: { runId: id } }).then(onClose) },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("workflowRun.repeatTitle", { step: path })}
      closeLabel={t("app.close")}
      data-testid="repeat-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isPending={repeat.isPending} isDisabled={isLoading} data-testid="repeat-submit">
            {t("workflowRun.repeatAction")}
          </Button>
        </>
      }
    >
      <div className="RepeatDialog">
        <p className="RepeatDialog-text">{t("workflowRun.repeatText")}</p>
        {isNewer && (
          <Segmented
            label={t("workflowRun.repeatVersion")}
            value={version}
            options={[
              { value: "same", label: t("workflowRun.repeatSame", { version: run.version }) },
              { value: "newest", label: t("workflowRun.repeatNewest", { version: latestVersion }) },
            ]}
            onChange={setVersion}
          />
        )}
        {isLoading && <Skeleton label={t("app.loading")} />}
        {!isLoading && isEditable && (
          <TextField
            label={t("workflowRun.repeatInput")}
            value={edited ?? original}
            onChange={(text) => {
              setEdited(text);
              setNoJson(false);
            }}
            rows={10}
            isMono
            description={t("workflowRun.repeatInputText")}
            error={isNoJson ? t("form.json") : null}
          />
        )}
        {repeat.error && <Banner tone="danger" role="alert">{t.error(repeat.error)}</Banner>}
      </div>
    </Dialog>
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
