import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useFollowUp } from "../queries.ts";

import "./FollowUp.css";

/** Goes on where the run has ended: in its conversation, on its machine, on its budget. */
export function FollowUp({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const follow = useFollowUp(run.id);
  const [text, setText] = useState("");
  const send = () => {
    if (text.trim() === "" || follow.isPending) return;
    follow.mutate(text.trim(), { onSuccess: ({ id }) => void navigate({ to: "/task-runs/$runId", params: { runId: id } }) });
  };
  return (
    <form
      className="FollowUp"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <TextField label={t("taskRun.followUp")} description={t("taskRun.followUpText")} value={text} onChange={setText} rows={3} maxLength={100_000} />
      {follow.error && <Banner tone="danger" role="alert">{t.error(follow.error)}</Banner>}
      <div>
        <Button type="submit" icon="send" isDisabled={text.trim() === ""} isPending={follow.isPending} data-testid="follow-up">
          {t("taskRun.followUpSend")}
        </Button>
      </div>
    </form>
  );
}
