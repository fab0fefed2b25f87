import { useTranslator, type Translator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Handle, Position, type NodeProps } from "@xyflow/react";
import { memo } from "react";

import { portsOf, summaryOf, type Step } from "./definition.ts";
import { FAILURE_UP, type BranchFlowNode, type StepFlowNode } from "./flow.ts";
import type { Gathered } from "./states.ts";
import { portWords, STATUS_ICONS, titleOf, TYPE_ICONS } from "./words.ts";

import "./StepNode.css";

/** A step on the canvas; for loops and parallel steps the head of the box that holds what is in them. */
export const StepNode = memo(function StepNode({ data, selected, type }: NodeProps<StepFlowNode>) {
  const t = useTranslator();
  const { step, state, problems, mark, isEditable, failsUpwards } = data;
  const isContainer = type === "container";
  return (
    <div
      className="StepNode"
      data-testid="step-node"
      data-step={step.id}
      data-status={state?.status}
      data-selected={selected || undefined}
      data-container={isContainer || undefined}
      data-wrong={problems > 0 || undefined}
      data-mark={mark ?? undefined}
    >
      <Handle type="target" id="in" position={Position.Left} isConnectable={isEditable} className="StepNode-in" />
      <div className="StepNode-head">
        <span className="StepNode-icon">
          <Icon name={TYPE_ICONS[step.type]} />
        </span>
        <span className="StepNode-text">
          <span className="StepNode-title">{titleOf(step)}</span>
          <span className="StepNode-detail">{summaryOf(step) || t(`canvas.type.${step.type}`)}</span>
        </span>
        {mark && <span className="StepNode-mark">{t(`workflowDiff.kind.${mark}`)}</span>}
        <StepMarks t={t} state={state} problems={problems} />
      </div>
      {step.type === "condition" ? <Cases t={t} step={step} isEditable={isEditable} /> : <Handle type="source" id="next" position={Position.Right} isConnectable={isEditable} className="StepNode-out" />}
      <Handle type="source" id="failure" position={Position.Bottom} isConnectable={isEditable} className="StepNode-failure" data-used={(step.on_failure && !failsUpwards) || undefined} />
      <Handle type="source" id={FAILURE_UP} position={Position.Top} isConnectable={false} className="StepNode-failureUp" data-used={failsUpwards || undefined} />
    </div>
  );
});

function Cases({ t, step, isEditable }: { t: Translator; step: Step; isEditable: boolean }) {
  return (
    <ul className="StepNode-cases">
      {portsOf(step)
        .filter((port) => port !== "failure")
        .map((port) => (
          <li key={port} className="StepNode-case" data-port={port}>
            <span className="StepNode-caseText">{portWords(t, step, port)}</span>
            <Handle type="source" id={port} position={Position.Right} isConnectable={isEditable} className="StepNode-out" />
          </li>
        ))}
    </ul>
  );
}

export function StepMarks({ t, state, problems }: { t: Translator; state: Gathered | null; problems: number }) {
  const icon = state && STATUS_ICONS[state.status];
  return (
    <span className="StepNode-marks">
      {problems > 0 && <span className="StepNode-problems">{problems}</span>}
      {state && state.rounds > 1 && <span className="StepNode-rounds">{`${state.done}/${state.rounds}`}</span>}
      {state?.attempts && <span className="StepNode-attempts">{t("canvas.attempts", { count: state.attempts })}</span>}
      {state && state.status !== "pending" && (
        <span className="StepNode-status" data-status={state.status} title={t(`canvas.status.${state.status}`)}>
          {icon ? <Icon name={icon} size={12} /> : <span className="StepNode-spin" />}
        </span>
      )}
    </span>
  );
}

/** One lane of a parallel step. */
export const BranchNode = memo(function BranchNode({ data }: NodeProps<BranchFlowNode>) {
  return (
    <div className="StepNode-lane" data-testid="branch-node">
      <span className="StepNode-laneTitle">{data.branch}</span>
    </div>
  );
});
