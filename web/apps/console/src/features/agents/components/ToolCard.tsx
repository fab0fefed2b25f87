import type { ToolState } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import type { LiveToolPart } from "@openclaw/realtime";
import { Badge, Banner, Dot, Icon, type Tone } from "@openclaw/ui";
import { memo, useEffect, useId, useRef, useState } from "react";

import { SavedResult } from "../../results/index.ts";
import { ASKS, isToolName, savedResult, toolIcon, toolSubject, UNNAMED } from "../tools.ts";
import { ApprovalCard, ApprovalOutcome } from "./ApprovalCard.tsx";
import { ToolDetails } from "./ToolDetails.tsx";
import { useToolFacts } from "./useToolFacts.ts";

import "./ToolCard.css";

const OF_PI = { [ASKS]: "question.name", [UNNAMED]: "question.unnamed" } as const;

const TONES: Record<ToolState, Tone> = {
  pending: "neutral",
  awaiting_approval: "attention",
  waiting_for_device: "attention",
  running: "accent",
  ok: "neutral",
  error: "danger",
  denied: "neutral",
  aborted: "neutral",
};

/** One tool call: what it is about in a line, all of it when opened, and the question while it waits for an answer. */
export const ToolCard = memo(function ToolCard({ part }: { part: LiveToolPart }) {
  const t = useTranslator();
  const detailsId = useId();
  const [choice, setChoice] = useState<boolean | null>(null);
  const facts = useToolFacts(part);
  const summary = useRef<HTMLButtonElement>(null);
  const saved = savedResult(part);
  const isAsking = part.approval?.state === "pending" && (part.state === "awaiting_approval" || part.state === "pending");
  // Output shows by itself while it comes in; the person's own choice holds from then on.
  const isOpen = choice ?? (part.state === "running" && part.output.length > 0);
  const label = isToolName(part.name) ? t(`tool.${part.name}`) : part.name in OF_PI ? t(OF_PI[part.name as keyof typeof OF_PI]) : part.name;

  // The address may name a call, as results do of the one that saved them.
  useEffect(() => {
    if (window.location.hash !== `#${part.stepId}`) return;
    summary.current?.scrollIntoView({ block: "center" });
    summary.current?.focus({ preventScroll: true });
  }, [part.stepId]);

  return (
    <article className="ToolCard" id={part.stepId} data-testid="tool-card" data-state={part.state} data-tool={part.name} aria-label={label}>
      <button
        ref={summary}
        type="button"
        className="ToolCard-summary"
        aria-expanded={isOpen}
        aria-controls={detailsId}
        onClick={() => setChoice(!isOpen)}
      >
        <Icon name={toolIcon(part.name)} />
        <span className="ToolCard-head">
          <span className="ToolCard-name">{label}</span>
          <Subject part={part} />
        </span>
        <span className="ToolCard-facts">
          {facts.map((fact) => (
            <span key={fact.text} className="ToolCard-fact" data-alarming={fact.isAlarming || undefined}>
              {fact.text}
            </span>
          ))}
          {part.targets.length > 1 && (
            <span className="ToolCard-fact ToolCard-device">{t.count("tool.devices", part.targets.length)}</span>
          )}
          {part.device && <span className="ToolCard-fact ToolCard-device">{part.device.name}</span>}
          {part.state === "running" && <Dot state="busy" />}
          <Badge tone={TONES[part.state]}>{t(`tool.state.${part.state}`)}</Badge>
        </span>
        <span className="ToolCard-chevron">
          <Icon name="chevronDown" size={14} />
        </span>
        <span className="visually-hidden">{t(isOpen ? "tool.hideDetails" : "tool.showDetails")}</span>
      </button>
      {part.state === "waiting_for_device" && (
        <div className="ToolCard-note" data-testid="waiting-for-device">
          <Banner
            tone="attention"
            icon="unplugged"
            role="status"
            title={t("tool.waitingTitle", { device: part.device?.name ?? t("tool.someDevice") })}
          >
            {t("tool.waitingText")}
          </Banner>
        </div>
      )}
      {isAsking && part.approval && <ApprovalCard approval={part.approval} />}
      {part.approval && !isAsking && part.approval.state !== "pending" && <ApprovalOutcome approval={part.approval} />}
      {part.error && part.state !== "denied" && (
        <p className="ToolCard-error" role="status">
          {part.error.code === "ABORTED" ? t("tool.cutShort") : part.error.message} <code>{part.error.code}</code>
        </p>
      )}
      {saved && <SavedResult {...saved} />}
      {isOpen && (
        <div className="ToolCard-details" id={detailsId}>
          <ToolDetails part={part} />
        </div>
      )}
    </article>
  );
});

/** Of a path the name of the file is what tells one call from the next: what does not fit is cut from the folders. */
function Subject({ part }: { part: LiveToolPart }) {
  const subject = toolSubject(part.name, part.arguments);
  const [, folder, file] = /^(.*[\\/])([^\\/]+)$/.exec(subject) ?? [];
  if (part.name === "exec" || !folder) return <code className="ToolCard-subject">{subject}</code>;
  return (
    <code className="ToolCard-subject ToolCard-path">
      <span className="ToolCard-folder">{folder}</span>
      <span className="ToolCard-file">{file}</span>
    </code>
  );
}
