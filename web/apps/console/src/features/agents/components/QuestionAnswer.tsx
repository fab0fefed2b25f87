import type { Approval, ApprovalQuestion } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, TextField } from "@openclaw/ui";
import { useState } from "react";

export function wantsAnswer(approval: Approval): approval is Approval & { question: ApprovalQuestion } {
  return approval.question !== null && approval.question.method !== "confirm";
}

/** A question that takes more than a yes: one of its choices, or a text. */
export function QuestionAnswer({ question, isPending, answer }: { question: ApprovalQuestion; isPending: boolean; answer: (text: string) => void }) {
  const t = useTranslator();
  const [text, setText] = useState("");
  if (question.method === "select" && question.options.length > 0) {
    return (
      <div className="ApprovalActions-row">
        {question.options.map((option) => (
          <Button key={option} isPending={isPending} onPress={() => answer(option)}>
            {option}
          </Button>
        ))}
      </div>
    );
  }
  return (
    <form
      className="ApprovalActions-confirm"
      onSubmit={(event) => {
        event.preventDefault();
        answer(text);
      }}
    >
      <TextField label={t("question.answer")} value={text} onChange={setText} maxLength={2000} />
      <div className="ApprovalActions-row">
        <Button type="submit" tone="primary" isPending={isPending}>
          {t("question.send")}
        </Button>
      </div>
    </form>
  );
}
