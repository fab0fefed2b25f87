import type { WorkflowRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Dot, IconButton } from "@openclaw/ui";

import "./RunStrip.css";

export interface RunStripProps {
  run: WorkflowRun;
  /** What the failed step is called; null while nothing failed. */
  failedStep: string | null;
  /** Why, in the words of the step itself. */
  message: string | null;
  /** The panel of that step is open, and says why. */
  isToldBeside: boolean;
  isStale: boolean;
  isPending: boolean;
  onShowStep: () => void;
  onRepeat: () => void;
  onCancel: () => void;
  onOpen: () => void;
  onClose: () => void;
}

/** How the run that is shown stands; when it failed, why, and the way on from there. */
export function RunStrip({ run, failedStep, message, isToldBeside, isStale, isPending, onShowStep, onRepeat, onCancel, onOpen, onClose }: RunStripProps) {
  const t = useTranslator();
  const isOver = run.finishedAt !== null;
  const dot = run.state === "failed" ? "danger" : run.state === "completed" ? "live" : run.state === "waiting" ? "attention" : isOver ? "off" : "busy";
  const took = isOver && run.startedAt ? t.format.duration(new Date(run.finishedAt ?? "").getTime() - new Date(run.startedAt).getTime()) : null;
  return (
    <div className="RunStrip" data-testid="run-strip" data-state={run.state} data-tone={run.state === "failed" ? "danger" : undefined}>
      <div className="RunStrip-text" role="status">
        <p className="RunStrip-title">
          <Dot state={dot} />
          {failedStep && run.state === "failed" ? t("designer.failedAt", { name: failedStep }) : t(`designer.runState.${run.state}`)}
          {took && <span className="RunStrip-note">{took}</span>}
        </p>
        {run.state === "failed" && !isToldBeside && <p className="RunStrip-error">{message ?? run.error?.title ?? ""}</p>}
        {run.state === "failed" && isStale && <p className="RunStrip-note">{t("designer.mendedNote")}</p>}
      </div>
      <div className="RunStrip-actions">
        {!isOver && (
          <Button size="s" icon="stop" onPress={onCancel}>
            {t("designer.stopRun")}
          </Button>
        )}
        {run.state === "failed" && failedStep && (
          <>
            <Button size="s" onPress={onShowStep} data-testid="show-failed">
              {t("designer.showStep")}
            </Button>
            <Button size="s" tone="primary" icon="refresh" onPress={onRepeat} isPending={isPending} data-testid="rerun-from-here">
              {t("designer.repeatFrom")}
            </Button>
          </>
        )}
        <Button size="s" tone="quiet" onPress={onOpen}>
          {t("designer.openRun")}
        </Button>
        <IconButton icon="close" size="s" label={t("designer.hideRun")} onPress={onClose} />
      </div>
    </div>
  );
}
