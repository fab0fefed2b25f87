import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button } from "@openclaw/ui";

import { AnswerForm, useAnswer } from "../../../shared/form/AnswerForm.tsx";
import { useSendSignal } from "./queries.ts";

import "./ApprovalForm.css";

interface Awaited {
  name?: unknown;
  data_schema?: unknown;
}

const NO_FIELDS = { properties: {} };

/** The signal that a step waits for, and its data: sent from here as from any program. */
export function SignalForm({ runId, step }: { runId: string; step: WorkflowStepRun }) {
  const t = useTranslator();
  const awaited = (step.input ?? {}) as Awaited;
  const name = typeof awaited.name === "string" ? awaited.name : "";
  const hasForm = awaited.data_schema !== null && awaited.data_schema !== undefined;
  const filled = useAnswer(hasForm ? awaited.data_schema : NO_FIELDS);
  const send = useSendSignal(runId);
  if (send.isSuccess) return <Banner role="status">{t("workflowSignal.sent")}</Banner>;
  return (
    <form
      className="ApprovalForm"
      aria-label={t("workflowSignal.title", { name })}
      data-testid="signal-form"
      onSubmit={(event) => {
        event.preventDefault();
        const data = filled.read();
        if (data) send.mutate({ name, ...(hasForm ? { data } : {}) });
      }}
    >
      <p className="ApprovalForm-title">{t("workflowSignal.title", { name })}</p>
      {hasForm && <AnswerForm answer={filled} wholeLabel={t("workflowSignal.data")} />}
      {send.error && <Banner tone="danger" role="alert">{t.error(send.error)}</Banner>}
      <div className="ApprovalForm-actions">
        <Button tone="primary" type="submit" isPending={send.isPending} data-testid="send-signal">
          {t("workflowSignal.send")}
        </Button>
      </div>
    </form>
  );
}
