import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { canHandOver, canPause, isOver, isSpent, wentWell } from "../model.ts";
import { useRetryTaskRun, useSteerTaskRun, type Steer } from "../queries.ts";
import { HandOverDialog } from "./HandOverDialog.tsx";

import "./TaskRunActions.css";

/** What can be done with a run as a whole: while it goes on, and after its end. */
export function TaskRunActions({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const steer = useSteerTaskRun(run.id);
  const retry = useRetryTaskRun(run.id);
  const [asking, setAsking] = useState<"cancel" | "move" | null>(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const act = (action: Steer) => steer.mutate(action, { onError });
  if (isSpent(run)) {
    return (
      <Button tone="primary" icon="edit" onPress={() => void navigate({ to: "/tasks/$taskId/edit", params: { taskId: run.taskId } })} data-testid="edit-task">
        {t("taskRun.editTask")}
      </Button>
    );
  }
  if (isOver(run)) {
    return (
      <Button
        icon="refresh"
        {...(wentWell(run) ? {} : { tone: "primary" as const })}
        onPress={() => retry.mutate(undefined, { onError, onSuccess: ({ id }) => void navigate({ to: "/task-runs/$runId", params: { runId: id } }) })}
        isPending={retry.isPending}
        data-testid="retry-task"
      >
        {t(wentWell(run) ? "taskRun.again" : "taskRun.retry")}
      </Button>
    );
  }
  return (
    <div className="TaskRunActions">
      {canHandOver(run) && (
        <Button icon="laptop" onPress={() => setAsking("move")} isDisabled={run.isMoving} data-testid="hand-over">
          {t("taskRun.handOver")}
        </Button>
      )}
      {canPause(run) && (
        <Button icon={run.isPaused ? "play" : "pause"} onPress={() => act(run.isPaused ? "resume" : "pause")} isPending={steer.isPending} data-testid={run.isPaused ? "resume-task" : "pause-task"}>
          {t(run.isPaused ? "taskRun.resume" : "taskRun.pause")}
        </Button>
      )}
      <Button icon="stop" onPress={() => setAsking("cancel")} isDisabled={run.isCancelling} data-testid="cancel-task">
        {t("taskRun.cancel")}
      </Button>
      <Confirm
        isOpen={asking === "cancel"}
        title={t("taskRun.cancelTitle")}
        text={t("taskRun.cancelText")}
        actionLabel={t("taskRun.cancel")}
        closeLabel={t("app.doNotCancel")}
        isPending={steer.isPending}
        onClose={() => setAsking(null)}
        onConfirm={() => steer.mutate("cancel", { onError, onSettled: () => setAsking(null) })}
      />
      {asking === "move" && <HandOverDialog run={run} onClose={() => setAsking(null)} />}
    </div>
  );
}
