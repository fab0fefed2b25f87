import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Markdown, TextField } from "@openclaw/ui";
import { useState } from "react";

import { AnswerForm, useAnswer } from "../../../shared/form/AnswerForm.tsx";
import { useLabels } from "../../../shared/useLabels.ts";
import { useAnswerStep } from "./queries.ts";

import "./ApprovalForm.css";

interface Asked {
  message?: unknown;
  form?: unknown;
  expires?: unknown;
}

const NO_FIELDS = { properties: {} };

/** The question of an approval step, and its form: answered in place. The first answer counts. */
export function ApprovalForm({ runId, step }: { runId: string; step: WorkflowStepRun }) {
  const t = useTranslator();
  const labels = useLabels();
  const asked = (step.input ?? {}) as Asked;
  const hasForm = asked.form !== null && asked.form !== undefined;
  const filled = useAnswer(hasForm ? asked.form : NO_FIELDS);
  const [reason, setReason] = useState("");
  const [isRefusing, setRefusing] = useState(false);
  const answer = useAnswerStep(runId, step.id);

  const approve = () => {
    const data = filled.read();
    if (data) answer.mutate({ approved: true, ...(hasForm ? { data } : {}) });
  };
  if (answer.isSuccess) return <Banner role="status">{t("workflowApproval.answered")}</Banner>;
  return (
    <form
      className="ApprovalForm"
      aria-label={t("workflowApproval.title")}
      data-testid="approval-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRefusing) answer.mutate({ approved: false, ...(reason.trim() ? { reason: reason.trim() } : {}) });
        else approve();
      }}
    >
      <p className="ApprovalForm-title">{t("workflowApproval.title")}</p>
      {typeof asked.message === "string" && <Markdown text={asked.message} labels={labels} />}
      {isRefusing ? (
        <TextField label={t("workflowApproval.reason")} value={reason} onChange={setReason} rows={2} maxLength={2000} autoFocus />
      ) : (
        hasForm && <AnswerForm answer={filled} wholeLabel={t("workflowApproval.data")} />
      )}
      {answer.error && <Banner tone="danger" role="alert">{t.error(answer.error)}</Banner>}
      <div className="ApprovalForm-actions">
        {isRefusing ? (
          <>
            <Button tone="danger" type="submit" isPending={answer.isPending} data-testid="refuse-confirm">
              {t("workflowApproval.refuse")}
            </Button>
            <Button onPress={() => setRefusing(false)}>{t("app.cancel")}</Button>
          </>
        ) : (
          <>
            <Button tone="primary" type="submit" isPending={answer.isPending} data-testid="approve">
              {t("workflowApproval.approve")}
            </Button>
            <Button onPress={() => setRefusing(true)} data-testid="refuse">
              {t("workflowApproval.refuse")}
            </Button>
          </>
        )}
      </div>
      {typeof asked.expires === "number" && (
        <p className="ApprovalForm-note">{t("workflowApproval.until", { when: t.format.dateTime(Date.parse(step.startedAt) + asked.expires * 1000) })}</p>
      )}
    </form>
  );
}
