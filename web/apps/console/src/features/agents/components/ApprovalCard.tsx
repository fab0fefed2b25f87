import type { Approval } from "@openclaw/api";
import { useTranslator, type MessageKey } from "@openclaw/i18n";
import { Badge, CodeBlock, Icon } from "@openclaw/ui";
import { useId } from "react";

import { useNow } from "../../../shared/useNow.ts";
import { commandLine, text, toolSubject } from "../tools.ts";
import { ApprovalActions } from "./ApprovalActions.tsx";
import { FileChange } from "./FileChange.tsx";
import { GRADE_TONES, Segments } from "./Segments.tsx";
import { useCodeLabels } from "./useLabels.ts";

import "./ApprovalCard.css";

/** The question whether a call may run, with everything that the answer depends on. */
export function ApprovalCard({ approval }: { approval: Approval }) {
  const t = useTranslator();
  const id = useId();
  const now = useNow(1_000);
  const isHigh = approval.grade === "high";
  const msLeft = Date.parse(approval.expiresAt) - now;
  return (
    <section className="ApprovalCard" data-testid="approval-card" data-grade={approval.grade} aria-labelledby={id}>
      <header className="ApprovalCard-header">
        <Icon name="shield" />
        <h2 className="ApprovalCard-title" id={id}>
          {t(isHigh ? "approval.titleHigh" : "approval.title")}
        </h2>
        <Badge tone={GRADE_TONES[approval.grade]}>{t(`approval.grade.${approval.grade}`)}</Badge>
        <span className="ApprovalCard-clock" title={t("approval.expiresNote")}>
          <Icon name="clock" size={14} />
          {t("approval.expiresIn", { time: t.format.countdown(msLeft) })}
        </span>
      </header>
      <p className="ApprovalCard-lead">{lead(t, approval)}</p>
      <Subject approval={approval} />
      <dl className="ApprovalCard-facts">
        {approval.folder && (
          <>
            <dt>{t("approval.folder")}</dt>
            <dd>
              <code>{approval.folder}</code>
            </dd>
          </>
        )}
        {approval.device && (
          <>
            <dt>{t(approval.targets.length > 1 ? "approval.targets" : "approval.device")}</dt>
            <dd data-testid="approval-targets">
              {approval.targets.length > 1
                ? `${approval.targets.map(({ name }) => name).join(", ")}. ${t("approval.targetsNote")}`
                : approval.device.name}
            </dd>
          </>
        )}
        {approval.askedBy && (
          <>
            <dt>{t("approval.askedBy")}</dt>
            <dd>{approval.askedBy}</dd>
          </>
        )}
        {approval.risk.summary && (
          <>
            <dt>{t("approval.risk")}</dt>
            <dd>{approval.risk.summary}</dd>
          </>
        )}
      </dl>
      {approval.tool === "exec" && <Segments title={t("approval.segments")} segments={approval.risk.segments} />}
      <ApprovalActions approval={approval} isHigh={isHigh} />
    </section>
  );
}

function lead(t: ReturnType<typeof useTranslator>, approval: Approval): string {
  if (approval.askedBy) return t("approval.lead.client");
  const known: Record<string, MessageKey> = {
    exec: "approval.lead.exec",
    "fs.write": "approval.lead.fs.write",
    "fs.edit": "approval.lead.fs.edit",
    "fs.move": "approval.lead.fs.move",
    "fs.delete": approval.arguments["keep"] === false ? "approval.lead.fs.deleteForGood" : "approval.lead.fs.delete",
  };
  const key = known[approval.tool];
  return key ? t(key) : t("approval.lead.other", { tool: approval.tool });
}

/** Exactly what would run or be written: nothing is cut, long content scrolls. */
function Subject({ approval }: { approval: Approval }) {
  const t = useTranslator();
  const labels = useCodeLabels();
  if (approval.tool === "exec") {
    return <CodeBlock code={commandLine(approval.arguments)} language="bash" caption={t("approval.command")} labels={labels} isWrapped isBounded />;
  }
  if (approval.tool === "fs.write" || approval.tool === "fs.edit") {
    return (
      <>
        <p className="ApprovalCard-path" data-testid="approval-path">
          <code>{text(approval.arguments["path"])}</code>
        </p>
        <FileChange tool={approval.tool} args={approval.arguments} />
      </>
    );
  }
  if (approval.tool === "fs.move" || approval.tool === "fs.delete") {
    return (
      <p className="ApprovalCard-path" data-testid="approval-path">
        <code>{toolSubject(approval.tool, approval.arguments)}</code>
      </p>
    );
  }
  return <CodeBlock code={JSON.stringify(approval.arguments, null, 2)} language="json" caption={t("tool.arguments")} labels={labels} isWrapped isBounded />;
}

/** How a question was settled, in a line. */
export function ApprovalOutcome({ approval }: { approval: Approval }) {
  const t = useTranslator();
  const isAllowed = approval.state === "allowed";
  return (
    <p className="ApprovalCard-outcome" data-testid="approval-outcome" data-state={approval.state}>
      <Icon name={isAllowed ? "check" : "close"} size={14} />
      {outcomeWords(t, approval)}
    </p>
  );
}

function outcomeWords(t: ReturnType<typeof useTranslator>, approval: Approval): string {
  if (approval.state === "expired" || approval.state === "cancelled") return t(`approval.state.${approval.state}`);
  if (approval.state === "denied") {
    return approval.reason ? t("approval.decided.denyReason", { reason: approval.reason }) : t("approval.decided.deny");
  }
  return t(`approval.decided.${approval.decision ?? "allow_once"}`);
}
