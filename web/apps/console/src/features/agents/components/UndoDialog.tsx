import type { RunUndo, UndoMachine, UndoPath } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, EmptyState, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { useUndoPreview, useUndoRun } from "../queries.ts";
import { UndoPaths } from "./UndoPaths.tsx";

import "./UndoDialog.css";

export interface UndoDialogProps {
  runId: string;
  onClose: () => void;
}

/** What undoing an answer's changes would do, then what it did. Mounted while it is open. */
export function UndoDialog({ runId, onClose }: UndoDialogProps) {
  const t = useTranslator();
  const preview = useUndoPreview(runId);
  const undo = useUndoRun(runId);
  const [forced, setForced] = useState<ReadonlySet<string>>(new Set());
  const count = (preview.data ? sum(preview.data, "done") : 0) + forced.size;
  const shown = undo.data ?? preview.data;
  const hasAny = shown !== undefined && shown.machines.some((machine) => machine.paths.length > 0);
  const force = (path: string, isForced: boolean) => {
    const next = new Set(forced);
    if (isForced) next.add(path);
    else next.delete(path);
    setForced(next);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("undo.title")}
      closeLabel={t("app.close")}
      data-testid="undo-dialog"
      actions={
        undo.data || (preview.data && !hasAny) ? (
          <Button tone="primary" onPress={onClose} data-testid="undo-close">
            {t("app.close")}
          </Button>
        ) : (
          <>
            <Button onPress={onClose}>{t("app.cancel")}</Button>
            {preview.data && (
              <Button
                tone="primary"
                icon="undo"
                isDisabled={count === 0}
                isPending={undo.isPending}
                onPress={() => undo.mutate([...forced])}
                data-testid="undo-submit"
              >
                {count === 0 ? t("undo.action") : t.count("undo.submit", count)}
              </Button>
            )}
          </>
        )
      }
    >
      <div className="UndoDialog">
        {preview.isPending && <Skeleton lines={4} label={t("undo.looking")} />}
        {(undo.error ?? preview.error) && (
          <Banner
            tone="danger"
            role="alert"
            action={
              preview.error && (
                <Button size="s" icon="refresh" isPending={preview.isFetching} onPress={() => void preview.refetch()}>
                  {t("undo.retry")}
                </Button>
              )
            }
          >
            {t.error(undo.error ?? preview.error)}
          </Banner>
        )}
        {undo.data && <Outcome undo={undo.data} />}
        {shown && !hasAny && !undo.data && <EmptyState title={t("undo.nothing")}>{t("undo.nothingText")}</EmptyState>}
        {shown?.machines.map((machine) => (
          <Machine key={machine.device.id} machine={machine} isDone={undo.data !== undefined} forced={forced} onForce={force} />
        ))}
        {shown && !undo.data && <Commands commands={shown.commands} />}
      </div>
    </Dialog>
  );
}

interface MachineProps {
  machine: UndoMachine;
  isDone: boolean;
  forced: ReadonlySet<string>;
  onForce: (path: string, isForced: boolean) => void;
}

function Machine({ machine, isDone, forced, onForce }: MachineProps) {
  const t = useTranslator();
  const paths: UndoPath[] = isDone ? machine.paths.filter((path) => path.obstacle !== null) : machine.paths;
  return (
    <>
      {!isDone && machine.done > 0 && (
        <p className="UndoDialog-lead">
          {t("undo.lead", { changes: t.count("undo.changes", machine.done), device: machine.device.name })}
        </p>
      )}
      {paths.length > 0 && <UndoPaths paths={paths} forced={forced} {...(isDone ? {} : { onForce })} />}
      {machine.more > 0 && !isDone && <p className="UndoDialog-note">{t.count("undo.more", machine.more)}</p>}
      {machine.expired > 0 && !isDone && <p className="UndoDialog-note">{t.count("undo.expired", machine.expired)}</p>}
    </>
  );
}

function Commands({ commands }: { commands: readonly string[] }) {
  const t = useTranslator();
  if (commands.length === 0) return null;
  return (
    <Banner tone="attention" title={t.count("undo.commands", commands.length)} data-testid="undo-commands">
      <ul className="UndoDialog-commands">
        {commands.map((command, index) => (
          <li key={index}>
            <code>{command}</code>
          </li>
        ))}
      </ul>
    </Banner>
  );
}

function Outcome({ undo }: { undo: RunUndo }) {
  const t = useTranslator();
  const left = sum(undo, "stopped");
  return (
    <Banner tone={left > 0 ? "attention" : "accent"} role="status" title={t.count("undo.done", sum(undo, "done"))} data-testid="undo-outcome">
      {left > 0 && t.count("undo.left", left)}
    </Banner>
  );
}

function sum(undo: RunUndo, field: "done" | "stopped"): number {
  return undo.machines.reduce((total, machine) => total + machine[field], 0);
}
