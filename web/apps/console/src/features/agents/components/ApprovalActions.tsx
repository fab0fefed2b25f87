import type { Approval, Decision } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useDecide } from "../queries.ts";
import { programWords } from "../tools.ts";
import { AlwaysAllow } from "./AlwaysAllow.tsx";
import { QuestionAnswer, wantsAnswer } from "./QuestionAnswer.tsx";

import "./ApprovalActions.css";

type Step = { kind: "choose" } | { kind: "always" } | { kind: "confirm"; decision: Decision } | { kind: "deny" };

const CHOOSE: Step = { kind: "choose" };

/** The answers to an approval. High risk takes a second press; a denial may carry a reason for the assistant. */
export function ApprovalActions({ approval, isHigh }: { approval: Approval; isHigh: boolean }) {
  const t = useTranslator();
  const [step, setStep] = useState<Step>(CHOOSE);
  const decide = useDecide(approval.id);
  const isKept = approval.tool === "fs.delete" && approval.arguments["keep"] !== false;
  const allow = (decision: Decision) => {
    if (decision === "allow_always") setStep({ kind: "always" });
    else if (isHigh) setStep({ kind: "confirm", decision });
    else decide.mutate({ decision });
  };
  return (
    <div className="ApprovalActions">
      {decide.error && (
        <Banner tone="danger" role="alert">
          {t("approval.failed", { reason: t.error(decide.error) })}
        </Banner>
      )}
      {step.kind === "choose" && (
        <>
          {wantsAnswer(approval) && (
            <QuestionAnswer
              question={approval.question}
              isPending={decide.isPending}
              answer={(answer) => decide.mutate({ decision: "allow_once", answer, confirm: true })}
            />
          )}
          <Choices approval={approval} isPending={decide.isPending} allow={allow} deny={() => setStep({ kind: "deny" })} />
        </>
      )}
      {step.kind === "confirm" && (
        <div className="ApprovalActions-confirm" role="group" aria-label={t("approval.confirmTitle")}>
          <p>
            <strong>{t("approval.confirmTitle")}</strong> {t(isKept ? "approval.confirmTextKept" : "approval.confirmText")}
          </p>
          <div className="ApprovalActions-row">
            <Button onPress={() => setStep(CHOOSE)} autoFocus>
              {t("approval.back")}
            </Button>
            <Button
              tone="danger"
              isPending={decide.isPending}
              onPress={() => decide.mutate({ decision: step.decision, confirm: true })}
              data-testid="approve-confirm"
            >
              {t("approval.confirm")}
            </Button>
          </div>
        </div>
      )}
      {step.kind === "always" && (
        <AlwaysAllow
          approval={approval}
          isPending={decide.isPending}
          back={() => setStep(CHOOSE)}
          allow={(ruleDays) => decide.mutate({ decision: "allow_always", ...(ruleDays === null ? {} : { ruleDays }) })}
        />
      )}
      {step.kind === "deny" && (
        <Denial
          isPending={decide.isPending}
          back={() => setStep(CHOOSE)}
          deny={(reason) => decide.mutate({ decision: "deny", ...(reason ? { reason } : {}) })}
        />
      )}
    </div>
  );
}

interface ChoicesProps {
  approval: Approval;
  isPending: boolean;
  allow: (decision: Decision) => void;
  deny: () => void;
}

function Choices({ approval, isPending, allow, deny }: ChoicesProps) {
  const t = useTranslator();
  const { coverage } = approval;
  return (
    <div className="ApprovalActions-row">
      {!wantsAnswer(approval) && (
        <Button tone="primary" icon="check" isPending={isPending} onPress={() => allow("allow_once")} data-testid="approve-once">
          {t("approval.allowOnce")}
        </Button>
      )}
      {coverage && approval.conversationId && (
        <Button isPending={isPending} onPress={() => allow("allow_conversation")} data-testid="approve-conversation">
          {t("approval.allowConversation")}
        </Button>
      )}
      {coverage && (
        <div className="ApprovalActions-always">
          <Button isPending={isPending} onPress={() => allow("allow_always")} data-testid="approve-always">
            {t("approval.allowAlways", { program: programWords(t, coverage.program), folder: coverage.folder })}
          </Button>
          <p className="ApprovalActions-note">{t("approval.coverage", { text: coverage.text })}</p>
        </div>
      )}
      <Button tone="danger" isPending={isPending} onPress={deny} data-testid="deny">
        {t("approval.deny")}
      </Button>
    </div>
  );
}

function Denial({ isPending, back, deny }: { isPending: boolean; back: () => void; deny: (reason: string) => void }) {
  const t = useTranslator();
  const [reason, setReason] = useState("");
  return (
    <form
      className="ApprovalActions-confirm"
      onSubmit={(event) => {
        event.preventDefault();
        deny(reason.trim());
      }}
    >
      <TextField
        label={t("app.optionalLabel", { label: t("approval.denyReason") })}
        description={t("approval.denyHint")}
        value={reason}
        onChange={setReason}
        maxLength={1000}
        autoFocus
      />
      <div className="ApprovalActions-row">
        <Button onPress={back}>{t("approval.back")}</Button>
        <Button type="submit" tone="danger" isPending={isPending} data-testid="deny-submit">
          {t("approval.denySubmit")}
        </Button>
      </div>
    </form>
  );
}
