import type { WorkflowDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, Select } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { AnswerForm, useAnswer } from "../../../shared/form/AnswerForm.tsx";
import { useStartWorkflow, useWorkflowRuns } from "./queries.ts";

import "./RunDialog.css";

/** Start a run: its input as the workflow's schema asks for it, and whether anything is really done. */
export function RunDialog({ workflow, onClose }: { workflow: WorkflowDetail; onClose: () => void }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const start = useStartWorkflow(workflow.id);
  // A workflow that says nothing of an input may still read one.
  const answer = useAnswer(workflow.definition["input"]);
  const [isDry, setDry] = useState(false);
  const [source, setSource] = useState("none");
  const earlier = useWorkflowRuns({ workflow: workflow.id, state: "completed" }, 20).data?.pages[0]?.items.filter(({ dry }) => !dry) ?? [];

  const submit = () => {
    const input = answer.read();
    if (!input) return;
    start.mutate(
      { input, version: workflow.version, dry: isDry, ...(isDry && source !== "none" ? { recordedFrom: source } : {}) },
      { onSuccess: ({ id }) => void navigate({ to: "/workflow-runs/$runId", params: { runId: id } }) },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("workflowRun.startTitle", { name: workflow.name })}
      closeLabel={t("app.close")}
      data-testid="run-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" icon="play" onPress={submit} isPending={start.isPending} data-testid="run-submit">
            {t(isDry ? "workflowRun.startDry" : "workflowRun.start")}
          </Button>
        </>
      }
    >
      <form
        className="RunDialog"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {answer.isEmpty ? (
          <p className="RunDialog-text">{t("workflowRun.noInput")}</p>
        ) : (
          <AnswerForm answer={answer} wholeLabel={t("workflowRun.inputJson")} />
        )}
        <div className="RunDialog-dry">
          <Checkbox label={t("workflowRun.startAsDry")} isSelected={isDry} onChange={setDry} />
          <p className="RunDialog-note">{t("workflowRun.dryText")}</p>
          {isDry && (
            <Select
              label={t("workflowRun.recordedFrom")}
              value={source}
              options={[
                { value: "none", label: t("workflowRun.recordedNone") },
                ...earlier.map((run) => ({ value: run.id, label: t.format.dateTime(run.createdAt), detail: t("workflowRun.version", { version: run.version }) })),
              ]}
              onChange={setSource}
            />
          )}
        </div>
        {start.error && <Banner tone="danger" role="alert">{t.error(start.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
