import type { WorkflowRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useDeleteRun, useRepeatRun, useStartWorkflow, useSteerRun, type RunAction } from "./queries.ts";

import "./RunActions.css";

/** What can be done with a run as a whole: while it goes on, and after its end. */
export function RunActions({ run }: { run: WorkflowRun }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const steer = useSteerRun(run.id);
  const repeat = useRepeatRun(run.id);
  const start = useStartWorkflow(run.workflowId);
  const remove = useDeleteRun(run.id);
  const [isAsking, setAsking] = useState(false);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const open = ({ id }: WorkflowRun) => void navigate({ to: "/workflow-runs/$runId", params: { runId: id } });
  const act = (action: RunAction) => steer.mutate(action, { onError });

  if (run.finishedAt === null) {
    return (
      <div className="RunActions">
        {run.paused ? (
          <Button icon="play" onPress={() => act("resume")} isPending={steer.isPending} data-testid="resume-run">
            {t("workflowRun.resume")}
          </Button>
        ) : (
          <Button icon="pause" onPress={() => act("pause")} isPending={steer.isPending} data-testid="pause-run">
            {t("workflowRun.pause")}
          </Button>
        )}
        <Button icon="stop" onPress={() => setAsking(true)} data-testid="cancel-run">
          {t("workflowRun.cancel")}
        </Button>
        <Confirm
          isOpen={isAsking}
          title={t("workflowRun.cancelTitle")}
          text={t("workflowRun.cancelText")}
          actionLabel={t("workflowRun.cancel")}
          closeLabel={t("app.doNotCancel")}
          isPending={steer.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() => steer.mutate("cancel", { onError, onSettled: () => setAsking(false) })}
        />
      </div>
    );
  }
  const again = () => {
    if (run.error?.path) repeat.mutate({}, { onError, onSuccess: open });
    else start.mutate({ input: run.input, version: run.version, dry: run.dry }, { onError, onSuccess: open });
  };
  const goToRuns = () => void navigate({ to: "/workflows/$workflowId/runs", params: { workflowId: run.workflowId } });
  return (
    <div className="RunActions">
      {run.parentRunId === null && (
        <>
          <Button icon="trash" onPress={() => setAsking(true)} data-testid="delete-run">
            {t("workflowRun.delete")}
          </Button>
          <Confirm
            isOpen={isAsking}
            title={t("workflowRun.deleteTitle")}
            text={t("workflowRun.deleteText")}
            actionLabel={t("workflowRun.delete")}
            isPending={remove.isPending}
            onClose={() => setAsking(false)}
            onConfirm={() => remove.mutate(undefined, { onError, onSuccess: goToRuns, onSettled: () => setAsking(false) })}
          />
        </>
      )}
      <Button
        onPress={() => start.mutate({ input: run.input, version: run.version, dry: true, recordedFrom: run.id }, { onError, onSuccess: open })}
        isPending={start.isPending}
        data-testid="dry-run"
      >
        {t("workflowRun.dryAgain")}
      </Button>
      <Button tone="primary" icon="refresh" onPress={again} isPending={repeat.isPending || start.isPending} data-testid="run-again">
        {t(run.error?.path ? "workflowRun.retry" : "workflowRun.again")}
      </Button>
    </div>
  );
}
