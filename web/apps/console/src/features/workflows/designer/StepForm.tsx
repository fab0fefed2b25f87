import { useTranslator, type Translator } from "@openclaw/i18n";
import { Button, IconButton, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { resolved, type JsonSchema } from "../../../shared/form/schema.ts";
import { isRecord, without } from "../../../shared/json.ts";
import { findStep, framesIn, portsOf, targetsOf, type Definition, type Step } from "../canvas/definition.ts";
import { portWords, titleOf } from "../canvas/words.ts";
import { CodeField } from "./form/CodeField.tsx";
import type { FieldContext } from "./form/context.ts";
import { StepFields } from "./form/StepFields.tsx";
import { TOOLS, toolSchema } from "./form/tools.ts";
import type { Command } from "./model/commands.ts";
import { freeId } from "./model/places.ts";
import { reachOf } from "./model/references.ts";
import { PluginForm } from "./PluginForm.tsx";
import { ToolsField } from "./ToolsField.tsx";
import { toolsOf } from "./usePlugins.ts";

import "./StepForm.css";

export interface StepFormProps {
  definition: Definition;
  step: Step;
  language: JsonSchema;
  context: FieldContext;
  run: (command: Command) => boolean;
  onConnect: () => void;
}

const DRAWN = ["steps", "branches", "cases", "default"];
const PLAIN_STEP_FIELDS = ["id", "name", "type", "config", "next_steps", "on_failure"];

/** Our words for the fields of the language. */
export function fieldLabel(t: Translator, field: string): string | null {
  const key = `designer.field.${field}`;
  return t.has(key) ? t(key) : null;
}

/** Everything that a step says, in a form made from the language's schema. */
export function StepForm({ definition, step, language, context, run, onConnect }: StepFormProps) {
  const t = useTranslator();
  const change = (next: Step, what: string) => run({ kind: "change", id: step.id, step: next, what });
  const changeConfig = (config: Record<string, unknown>, what: string) => change({ ...step, config: { ...config } }, `config.${what}`);
  const schema = resolved({ $ref: `#/$defs/${step.type[0]?.toUpperCase()}${step.type.slice(1)}Config` }, language);
  const known = step.type === "device" ? toolSchema(String(step.config["tool"])) : null;
  const problem = context.problemAt("id");
  return (
    <div className="StepForm">
      <TextField label={t("designer.field.name")} value={step.name ?? ""} placeholder={step.id} maxLength={100} onChange={(name) => change(withField(step, "name", name), "name")} />
      <IdField key={step.id} id={step.id} problem={problem} onRename={(to) => run({ kind: "rename", from: step.id, to })} />
      {step.type === "condition" && <CasesForm step={step} context={context} onChange={(config) => changeConfig(config, "cases")} />}
      {step.type === "parallel" && <BranchesForm definition={definition} step={step} onChange={(config) => changeConfig(config, "branches")} />}
      {step.type === "device" && (
        <Select label={t("designer.field.tool")} value={String(step.config["tool"])} options={[...new Set([String(step.config["tool"]), ...TOOLS])].map((tool) => ({ value: tool, label: tool }))} onChange={(tool) => changeConfig({ ...step.config, tool }, "tool")} />
      )}
      {step.type === "plugin" && context.plugins.state !== "failed" ? (
        <PluginForm step={step} context={context} onChange={changeConfig} />
      ) : step.type === "parallel" ? (
        <WaitField step={step} onChange={(config) => changeConfig(config, "wait")} />
      ) : (
        <StepFields schema={schema} value={step.config} context={context} path="config" hidden={[...DRAWN, ...(known ? ["arguments"] : []), ...(OWN_FIELDS[step.type] ?? [])]} onChange={changeConfig} />
      )}
      {known && <StepFields schema={known} areValues value={recordOf(step.config["arguments"])} context={context} path="config.arguments" onChange={(next) => changeConfig({ ...step.config, arguments: next }, "arguments")} />}
      {step.type === "agent" && <ToolsField value={toolsOf(step.config)} context={context} onChange={(tools) => changeConfig({ ...step.config, tools }, "tools")} />}
      <Ways definition={definition} step={step} run={run} onConnect={onConnect} />
      <details className="StepForm-more">
        <summary>{t("designer.more")}</summary>
        <StepFields
          schema={resolved({ $ref: `#/$defs/${step.type[0]?.toUpperCase()}${step.type.slice(1)}Step` }, language)}
          value={step as unknown as Record<string, unknown>}
          context={context}
          path=""
          hidden={[...PLAIN_STEP_FIELDS, ...(TRIED.has(step.type) ? [] : ["retries"])]}
          onChange={(next, what) => change(next as unknown as Step, what)}
        />
      </details>
    </div>
  );
}

/** Fields that have a form of their own. */
const OWN_FIELDS: Partial<Record<Step["type"], readonly string[]>> = { device: ["tool"], agent: ["tools"] };

/** What is carried out elsewhere can be tried again. */
const TRIED: ReadonlySet<string> = new Set(["http", "device", "plugin", "agent", "approval", "subworkflow"]);

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function withField(step: Step, field: "name", value: string): Step {
  return value === "" ? without(step, field) : { ...step, [field]: value };
}

/** An id is changed as a whole: everything that names the step follows. */
function IdField({ id, problem, onRename }: { id: string; problem: string | null; onRename: (to: string) => boolean }) {
  const t = useTranslator();
  const [typed, setTyped] = useState(id);
  const commit = () => {
    if (typed !== id && !onRename(typed)) setTyped(id);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        commit();
      }}
      onBlur={commit}
    >
      <TextField label={t("designer.field.id")} isMono value={typed} onChange={setTyped} error={problem} description={t("designer.idNote", { id })} />
    </form>
  );
}

function CasesForm({ step, context, onChange }: { step: Step; context: FieldContext; onChange: (config: Record<string, unknown>) => void }) {
  const t = useTranslator();
  const cases = step.config.cases ?? [];
  const put = (next: typeof cases) => onChange({ ...step.config, cases: next });
  return (
    <fieldset className="StepForm-group">
      <legend className="StepForm-legend">{t("designer.cases")}</legend>
      {cases.map((one, index) => {
        const problem = context.problemAt(`config.cases.${index}.when`);
        return (
          <div key={index} className="StepForm-case">
            <CodeField label={t("designer.caseWhen", { number: index + 1 })} isLabelHidden language="cel" value={one.when} scope={context.scope} isInvalid={problem !== null} onChange={(when) => put(cases.map((other, at) => (at === index ? { ...other, when } : other)))} />
            {cases.length > 1 && <IconButton icon="close" size="s" label={t("designer.removeCase", { number: index + 1 })} onPress={() => put(cases.filter((_, at) => at !== index))} />}
            {problem && <p className="StepForm-error">{problem}</p>}
          </div>
        );
      })}
      <div>
        <Button size="s" icon="plus" tone="quiet" onPress={() => put([...cases, { when: "false" }])}>
          {t("designer.addCase")}
        </Button>
      </div>
    </fieldset>
  );
}

function BranchesForm({ definition, step, onChange }: { definition: Definition; step: Step; onChange: (config: Record<string, unknown>) => void }) {
  const t = useTranslator();
  const branches = step.config.branches ?? [];
  const add = () => {
    const taken = new Set(branches.map(({ id }) => id));
    const ids = new Set(Object.keys(definition.layout ?? {}));
    let inner = "transform";
    for (let number = 2; ids.has(inner) || findStep(definition, inner); number += 1) inner = `transform_${number}`;
    onChange({ ...step.config, branches: [...branches, { id: freeId("branch", taken), steps: [{ id: inner, type: "transform", config: { set: "" } }] }] });
  };
  return (
    <fieldset className="StepForm-group">
      <legend className="StepForm-legend">{t("designer.branches")}</legend>
      {branches.map((branch, index) => (
        <div key={index} className="StepForm-case">
          <TextField
            label={t("designer.branchName", { number: index + 1 })}
            isLabelHidden
            isMono
            value={branch.id}
            onChange={(id) => {
              if (/^[A-Za-z_]\w{0,63}$/.test(id) && !branches.some((other) => other.id === id)) onChange({ ...step.config, branches: branches.map((other, at) => (at === index ? { ...other, id } : other)) });
            }}
          />
          {branches.length > 1 && <IconButton icon="close" size="s" label={t("designer.removeBranch", { name: branch.id })} onPress={() => onChange({ ...step.config, branches: branches.filter((_, at) => at !== index) })} />}
        </div>
      ))}
      <div>
        <Button size="s" icon="plus" tone="quiet" onPress={add}>
          {t("designer.addBranch")}
        </Button>
      </div>
    </fieldset>
  );
}

function WaitField({ step, onChange }: { step: Step; onChange: (config: Record<string, unknown>) => void }) {
  const t = useTranslator();
  const count = step.config.branches?.length ?? 1;
  const wait = step.config["wait"] ?? "all";
  const numbers = Array.from({ length: count }, (_, index) => String(index + 1));
  return (
    <Select
      label={t("designer.field.wait")}
      value={String(wait)}
      options={["all", "any", ...numbers].map((value) => ({ value, label: value === "all" || value === "any" ? t(`designer.wait.${value}`) : t("designer.wait.some", { count: value }) }))}
      onChange={(value) => onChange({ ...step.config, wait: value === "all" || value === "any" ? value : Number(value) })}
    />
  );
}

/** Where the step leads, and what is done when it fails. */
function Ways({ definition, step, run, onConnect }: Pick<StepFormProps, "definition" | "step" | "run" | "onConnect">) {
  const t = useTranslator();
  const steps = findStep(definition, step.id)?.frame.steps ?? [];
  const before = steps.filter((one) => reachOf(steps, [one.id]).has(step.id)).map(({ id }) => id);
  const handlers = steps.filter(({ id }) => id !== step.id && !before.includes(id));
  const ports = portsOf(step).filter((port) => port !== "failure");
  return (
    <fieldset className="StepForm-group">
      <legend className="StepForm-legend">{t("designer.ways")}</legend>
      {ports.flatMap((port) =>
        targetsOf(step, port).map((target) => (
          <div key={`${port} ${target}`} className="StepForm-way">
            <span className="StepForm-port">{portWords(t, step, port)}</span>
            <span className="StepForm-target">{titleOf(steps.find(({ id }) => id === target) ?? { ...step, id: target, name: "" })}</span>
            <IconButton icon="close" size="s" label={t("designer.removeWay", { name: target })} onPress={() => run({ kind: "disconnect", links: [{ source: step.id, port, target }] })} />
          </div>
        )),
      )}
      <div>
        <Button size="s" icon="link" onPress={onConnect} data-testid="connect-to">
          {t("designer.connectTo")}
        </Button>
      </div>
      <Select
        label={t("designer.field.on_failure")}
        value={step.on_failure ?? ""}
        options={[{ value: "", label: t("designer.noHandler") }, ...handlers.map((one) => ({ value: one.id, label: titleOf(one) }))]}
        onChange={(target) => (target === "" ? run({ kind: "disconnect", links: [{ source: step.id, port: "failure", target: step.on_failure ?? "" }] }) : run({ kind: "connect", link: { source: step.id, port: "failure", target } }))}
      />
      {framesIn(step).length > 0 && <p className="StepForm-note">{t("designer.insideNote")}</p>}
    </fieldset>
  );
}
