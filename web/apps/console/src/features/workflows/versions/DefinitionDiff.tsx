import type { WorkflowChange } from "@openclaw/api";
import { useTranslator, type MessageKey, type Translator } from "@openclaw/i18n";
import { Badge, DiffView, diffOfTexts, EmptyState, Segmented } from "@openclaw/ui";
import { useMemo, useState } from "react";

import { drawable, summaryOf } from "../canvas/definition.ts";
import { WorkflowCanvas } from "../canvas/WorkflowCanvas.tsx";
import { groupChanges, marksOf, shortValue, type ChangeKind } from "./changes.ts";

import "./DefinitionDiff.css";

const TONES = { added: "accent", removed: "danger", changed: "attention" } as const;
const VIEWS = ["words", "picture", "text"] as const;

export interface Side {
  title: string;
  definition: unknown;
  yaml: string;
}

/** What differs between two definitions: in words, side by side on the canvas, or as text. */
export function DefinitionDiff({ before, after, changes }: { before: Side; after: Side; changes: readonly WorkflowChange[] }) {
  const t = useTranslator();
  const [view, setView] = useState<(typeof VIEWS)[number]>("words");
  if (changes.length === 0) return <EmptyState title={t("workflowDiff.none")} />;
  return (
    <div className="DefinitionDiff" data-testid="definition-diff">
      <Segmented
        label={t("workflowDiff.view")}
        isLabelHidden
        value={view}
        options={VIEWS.map((value) => ({ value, label: t(`workflowDiff.view.${value}`) }))}
        onChange={setView}
      />
      {view === "words" && <Words changes={changes} />}
      {view === "picture" && <Pictures before={before} after={after} changes={changes} />}
      {view === "text" && <Text before={before} after={after} />}
    </div>
  );
}

function Words({ changes }: { changes: readonly WorkflowChange[] }) {
  const t = useTranslator();
  return (
    <ul className="DefinitionDiff-groups">
      {groupChanges(changes).map(({ id, kind, fields, step }) => (
        <li key={id ?? ""} className="DefinitionDiff-group" data-testid="change" data-step={id ?? undefined} data-kind={kind}>
          <p className="DefinitionDiff-head">
            <Badge tone={TONES[kind]}>{t(`workflowDiff.kind.${kind}`)}</Badge>
            {id === null ? t("workflowDiff.workflow") : <code>{id}</code>}
          </p>
          {step && <p className="DefinitionDiff-step">{[t(`canvas.type.${step.type}`), summaryOf(step)].filter(Boolean).join(": ")}</p>}
          {fields.length > 0 && (
            <dl className="DefinitionDiff-fields">
              {fields.map(({ name, kind: of, before, after }) => (
                <div key={name} className="DefinitionDiff-field">
                  <dt>{fieldWords(t, name)}</dt>
                  <dd>
                    {of !== "added" && <del className="DefinitionDiff-old">{shortValue(before)}</del>}
                    {of === "changed" && <span aria-hidden="true"> → </span>}
                    {of !== "removed" && <ins className="DefinitionDiff-new">{shortValue(after)}</ins>}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  );
}

const FIELDS: Readonly<Record<string, MessageKey>> = {
  next_steps: "workflowDiff.field.nextSteps",
  on_failure: "workflowDiff.field.onFailure",
  timeout: "workflowDiff.field.timeout",
  retries: "workflowDiff.field.retries",
  name: "workflowDiff.field.name",
  description: "workflowDiff.field.description",
  input: "workflowDiff.field.input",
  output: "workflowDiff.field.output",
  secrets: "workflowDiff.field.secrets",
  layout: "workflowDiff.field.layout",
  steps: "workflowDiff.field.steps",
};

/** The name of a field in words where there are some; else as the language writes it. */
function fieldWords(t: Translator, name: string): string {
  const key = FIELDS[name] ?? (name.startsWith("layout.") ? FIELDS["layout"] : undefined);
  return key ? t(key) : name.replace(/^config\./, "");
}

function Pictures({ before, after, changes }: { before: Side; after: Side; changes: readonly WorkflowChange[] }) {
  const marks = useMemo(() => marksOf(changes), [changes]);
  return (
    <div className="DefinitionDiff-pictures">
      <Picture side={before} marks={marks} without="added" />
      <Picture side={after} marks={marks} without="removed" />
    </div>
  );
}

function Picture({ side, marks, without }: { side: Side; marks: ReadonlyMap<string, ChangeKind>; without: ChangeKind }) {
  const t = useTranslator();
  const definition = useMemo(() => drawable(side.definition), [side.definition]);
  const own = useMemo(() => new Map([...marks].filter(([, kind]) => kind !== without)), [marks, without]);
  return (
    <figure className="DefinitionDiff-side">
      <figcaption className="DefinitionDiff-caption">{side.title}</figcaption>
      <div className="DefinitionDiff-canvas">
        {definition ? <WorkflowCanvas definition={definition} marks={own} readOnly label={side.title} /> : <EmptyState title={t("workflows.noPicture")} />}
      </div>
    </figure>
  );
}

function Text({ before, after }: { before: Side; after: Side }) {
  const t = useTranslator();
  const lines = useMemo(() => diffOfTexts(before.yaml, after.yaml), [before.yaml, after.yaml]);
  return <DiffView lines={lines} caption={`${before.title} → ${after.title}`} labels={{ added: t("tool.linesAdded"), removed: t("tool.linesRemoved") }} />;
}
