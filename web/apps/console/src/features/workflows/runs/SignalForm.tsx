import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button } from "@openclaw/ui";
import { useState } from "react";

import { draftOf, fieldsOf, valueOf, type Draft, type FieldError } from "../../../shared/form/fields.ts";
import { SchemaForm } from "../../../shared/form/SchemaForm.tsx";
import { useSendSignal } from "./queries.ts";

import "./ApprovalForm.css";

interface Awaited {
  name?: unknown;
  data_schema?: unknown;
}

/** The signal that a step waits for, and its data: sent from here as from any program. */
export function SignalForm({ runId, step }: { runId: string; step: WorkflowStepRun }) {
  const t = useTranslator();
  const awaited = (step.input ?? {}) as Awaited;
  const name = typeof awaited.name === "string" ? awaited.name : "";
  const hasForm = awaited.data_schema !== null && awaited.data_schema !== undefined;
  const fields = hasForm ? fieldsOf(awaited.data_schema) : [];
  const [draft, setDraft] = useState<Draft>(() => draftOf(fields));
  const [errors, setErrors] = useState<Readonly<Record<string, FieldError>>>({});
  const send = useSendSignal(runId);
  if (send.isSuccess) return <Banner role="status">{t("workflowSignal.sent")}</Banner>;
  return (
    <form
      className="ApprovalForm"
      aria-label={t("workflowSignal.title", { name })}
      data-testid="signal-form"
      onSubmit={(event) => {
        event.preventDefault();
        const filled = valueOf(fields, draft);
        setErrors(filled.errors);
        if (Object.keys(filled.errors).length === 0) send.mutate({ name, ...(hasForm ? { data: filled.value } : {}) });
      }}
    >
      <p className="ApprovalForm-title">{t("workflowSignal.title", { name })}</p>
      {hasForm && <SchemaForm fields={fields} draft={draft} onChange={setDraft} errors={errors} wholeLabel={t("workflowSignal.data")} />}
      {send.error && <Banner tone="danger" role="alert">{t.error(send.error)}</Banner>}
      <div className="ApprovalForm-actions">
        <Button tone="primary" type="submit" isPending={send.isPending} data-testid="send-signal">
          {t("workflowSignal.send")}
        </Button>
      </div>
    </form>
  );
}
