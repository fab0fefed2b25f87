import { useTranslator } from "@openclaw/i18n";
import { Button, Icon } from "@openclaw/ui";

import { framesIn, linksOf, type Definition, type Step } from "../canvas/definition.ts";
import type { Gathered } from "../canvas/states.ts";
import { StepMarks } from "../canvas/StepNode.tsx";
import { portWords, titleOf, TYPE_ICONS } from "../canvas/words.ts";

import "./Outline.css";

export interface OutlineProps {
  definition: Definition;
  states: ReadonlyMap<string, Gathered> | null;
  problems: ReadonlyMap<string, number>;
  selected: readonly string[];
  onOpen: (id: string) => void;
  /** Adds after a step, or at the end of a frame when there is none. */
  onAdd: (after: string | null, frame: string) => void;
}

/** The workflow as a list, for screens on which a picture would be too small to work with. */
export function Outline({ definition, onAdd, ...rest }: OutlineProps) {
  const t = useTranslator();
  return (
    <div className="Outline" data-testid="outline">
      <Steps steps={definition.steps} frame="" onAdd={onAdd} {...rest} />
      <div className="Outline-end">
        <Button icon="plus" onPress={() => onAdd(definition.steps.at(-1)?.id ?? null, "")} isWide data-testid="outline-add">
          {t("designer.addStep")}
        </Button>
      </div>
    </div>
  );
}

function Steps({ steps, frame, ...rest }: Omit<OutlineProps, "definition"> & { steps: readonly Step[]; frame: string }) {
  return (
    <ol className="Outline-steps">
      {inFlow(steps).map((step) => (
        <Item key={step.id} step={step} siblings={steps} frame={frame} {...rest} />
      ))}
    </ol>
  );
}

function Item({ step, siblings, frame, ...rest }: Omit<OutlineProps, "definition"> & { step: Step; siblings: readonly Step[]; frame: string }) {
  const t = useTranslator();
  const { states, problems, selected, onOpen, onAdd } = rest;
  const links = linksOf(step);
  const index = inFlow(siblings).indexOf(step);
  const following = inFlow(siblings)[index + 1]?.id;
  const isPlain = links.length === 1 && links[0]?.port === "next" && links[0].target === following;
  return (
    <li className="Outline-item">
      <div className="Outline-row">
        <button type="button" className="Outline-step" data-selected={selected.includes(step.id) || undefined} data-testid="outline-step" data-step={step.id} data-status={states?.get(step.id)?.status} onClick={() => onOpen(step.id)}>
          <span className="Outline-icon">
            <Icon name={TYPE_ICONS[step.type]} />
          </span>
          <span className="Outline-text">
            <span className="Outline-title">{titleOf(step)}</span>
            <span className="Outline-detail">{t(`canvas.type.${step.type}`)}</span>
          </span>
          <StepMarks t={t} state={states?.get(step.id) ?? null} problems={problems.get(step.id) ?? 0} />
        </button>
        <button type="button" className="Outline-add" aria-label={t("designer.addAfter", { name: titleOf(step) })} onClick={() => onAdd(step.id, frame)}>
          <Icon name="plus" size={14} />
        </button>
      </div>
      {!isPlain && links.length > 0 && (
        <ul className="Outline-ways">
          {links.map(({ port, target }) => (
            <li key={`${port} ${target}`}>
              {t("designer.leadsTo", { way: portWords(t, step, port), name: titleOf(siblings.find(({ id }) => id === target) ?? step) })}
            </li>
          ))}
        </ul>
      )}
      {framesIn(step).map((inner) => (
        <div key={inner.key} className="Outline-body">
          {inner.branch && <p className="Outline-branch">{inner.branch}</p>}
          <Steps steps={inner.steps} frame={inner.key} {...rest} />
        </div>
      ))}
    </li>
  );
}

/** The steps as they follow one another; what nothing leads to stands where it is written. */
function inFlow(steps: readonly Step[]): Step[] {
  const targets = new Map(steps.map((step) => [step.id, linksOf(step).map(({ target }) => target)]));
  const order: Step[] = [];
  const waiting = new Map(steps.map(({ id }) => [id, steps.filter((one) => targets.get(one.id)?.includes(id)).length]));
  const ready = steps.filter(({ id }) => waiting.get(id) === 0);
  while (ready.length > 0) {
    const step = ready.shift() as Step;
    order.push(step);
    const next: Step[] = [];
    for (const target of targets.get(step.id) ?? []) {
      waiting.set(target, (waiting.get(target) ?? 0) - 1);
      const found = steps.find(({ id }) => id === target);
      if (found && waiting.get(target) === 0) next.push(found);
    }
    ready.unshift(...next);
  }
  return [...order, ...steps.filter((step) => !order.includes(step))];
}
