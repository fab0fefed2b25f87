import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Icon, IconButton, Menu, Segmented, TextField, type MenuGroup } from "@openclaw/ui";
import { useEffect, useRef, useState } from "react";

import type { JsonSchema } from "../../../shared/form/schema.ts";
import { isRecord } from "../../../shared/json.ts";
import { framesIn, type Definition, type Step } from "../canvas/definition.ts";
import { stepIdOf } from "../canvas/states.ts";
import { titleOf, TYPE_ICONS } from "../canvas/words.ts";
import type { FieldContext } from "./form/context.ts";
import { DataField } from "./form/DataField.tsx";
import type { Command } from "./model/commands.ts";
import type { PlacedProblem } from "./model/problems.ts";
import { StepForm } from "./StepForm.tsx";
import { StepRun } from "./StepRun.tsx";

import "./Inspector.css";

export interface InspectorProps {
  definition: Definition;
  /** None: the workflow itself. */
  step: Step | null;
  language: JsonSchema | null;
  context: FieldContext;
  problems: readonly PlacedProblem[];
  /** What is shown of a run: which one, and its steps. */
  runId: string | null;
  steps: readonly WorkflowStepRun[];
  run: (command: Command) => boolean;
  onConnect: () => void;
  onClose: () => void;
  actions: readonly MenuGroup[];
  /** The first field takes the focus: the panel was asked for. */
  hasFocus: boolean;
}

/** The panel of one step, or of the workflow: what it says, what is wrong with it, what it did in the run that is shown. */
export function Inspector({ definition, step, language, context, problems, runId, steps, run, onConnect, onClose, actions, hasFocus }: InspectorProps) {
  const t = useTranslator();
  const rows = step ? steps.filter(({ path }) => stepIdOf(path) === step.id) : [];
  const [tab, setTab] = useState<"form" | "run">("form");
  const shown = rows.length > 0 ? tab : "form";
  const body = useRef<HTMLDivElement>(null);
  const isReady = language !== null;
  useEffect(() => {
    if (hasFocus && isReady) body.current?.querySelector<HTMLElement>("input, textarea, [contenteditable=true]")?.focus();
  }, [hasFocus, isReady]);
  const failed = rows.find(({ state }) => state === "failed");
  const own = problems.filter(({ stepId }) => stepId === (step?.id ?? null));
  return (
    <section className="Inspector" aria-label={step ? titleOf(step) : t("designer.settings")} data-testid="inspector">
      <header className="Inspector-head">
        <span className="Inspector-icon">
          <Icon name={step ? TYPE_ICONS[step.type] : "settings"} />
        </span>
        <div className="Inspector-heading">
          <h2 className="Inspector-title">{step ? titleOf(step) : t("designer.settings")}</h2>
          {step && <p className="Inspector-kind">{t(`canvas.type.${step.type}`)}</p>}
        </div>
        {step && (
          <Menu label={t("designer.stepActions")} groups={actions}>
            <IconButton icon="more" label={t("designer.stepActions")} size="s" hasTooltip={false} />
          </Menu>
        )}
        <IconButton icon="close" label={t("app.close")} size="s" hasTooltip={false} onPress={onClose} />
      </header>
      {rows.length > 0 && (
        <div className="Inspector-tabs">
          <Segmented
            label={t("designer.panel")}
            isLabelHidden
            value={shown}
            options={[
              { value: "form", label: t("designer.tab.form") },
              { value: "run", label: t("designer.tab.run") },
            ]}
            onChange={setTab}
          />
        </div>
      )}
      <div className="Inspector-body" ref={body}>
        {shown === "form" && typeof failed?.error?.["message"] === "string" && (
          <Banner tone="danger" title={t("designer.failedHere")} data-testid="step-error">
            {failed.error["message"]}
          </Banner>
        )}
        {shown === "form" && <Problems problems={own.filter(({ field }) => !SHOWN_AT_FIELD.test(field))} />}
        {shown === "form" && step && language && <StepForm key={step.id} definition={definition} step={step} language={language} context={context} run={run} onConnect={onConnect} />}
        {shown === "form" && !step && <WorkflowForm definition={definition} context={context} run={run} />}
        {shown === "run" && runId !== null && rows.map((row) => <StepRun key={row.id} runId={runId} row={row} isOnly={rows.length === 1} />)}
        {step && framesIn(step).length > 0 && shown === "run" && <p className="Inspector-note">{t("designer.roundsNote")}</p>}
      </div>
    </section>
  );
}

/** What the form says beside the field itself. */
const SHOWN_AT_FIELD = /^(?:id|name|config(?:\.inputs)?\.\w+(?:\.\$\w+)?)$/;

function Problems({ problems }: { problems: readonly PlacedProblem[] }) {
  const t = useTranslator();
  if (problems.length === 0) return null;
  return (
    <Banner tone="attention" title={t.count("canvas.problems", problems.length)}>
      <ul className="Inspector-problems">
        {problems.map(({ field, message }) => (
          <li key={`${field} ${message}`}>
            {field && <code>{field.replace(/\.\$(expr|text|secret)$/, "")}</code>} {message}
          </li>
        ))}
      </ul>
    </Banner>
  );
}

function WorkflowForm({ definition, context, run }: { definition: Definition; context: FieldContext; run: (command: Command) => boolean }) {
  const t = useTranslator();
  const set = (fields: Extract<Command, { kind: "settings" }>["fields"]) => run({ kind: "settings", fields });
  return (
    <div className="Inspector-form">
      <TextField label={t("designer.field.name")} value={definition.name} maxLength={100} onChange={(name) => set({ name })} error={context.problemAt("name")} />
      <TextField label={t("designer.field.description")} value={definition.description ?? ""} rows={3} maxLength={2000} onChange={(description) => set({ description: description || undefined })} />
      <DataField label={t("designer.field.input")} value={definition.input} onChange={(input) => set({ input: isRecord(input) ? input : undefined })} problem={context.problemAt("input")} />
      <DataField label={t("designer.field.variables")} value={definition.variables} onChange={(variables) => set({ variables: isRecord(variables) ? variables : undefined })} problem={context.problemAt("variables")} />
      <DataField label={t("designer.field.output")} value={definition.output} onChange={(output) => set({ output })} problem={context.problemAt("output")} />
      <p className="Inspector-note">{t("designer.settingsNote")}</p>
    </div>
  );
}
