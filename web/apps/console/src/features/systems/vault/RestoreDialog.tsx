import { isApiError, type PlanRestoreInput, type SystemDetail, type VaultScope } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { ChangeList } from "./ChangeList.tsx";
import { useBranches, useRestore, useRestorePlan } from "./queries.ts";
import { isSame } from "./timeline.ts";
import { useSnapshotWords } from "./useSnapshotWords.ts";

import "./RestoreDialog.css";

export interface RestoreDialogProps {
  system: SystemDetail;
  target: PlanRestoreInput;
  name: string;
  /** It is gone over to a line, rather than back to a moment. */
  isLine?: boolean | undefined;
  onClose: () => void;
}

/** Back to a snapshot or over to a branch: what it would change is shown, confirmed and done; and it can be undone. */
export function RestoreDialog({ system, target, name, isLine = false, onClose }: RestoreDialogProps) {
  const t = useTranslator();
  const words = useSnapshotWords();
  const [wanted, setWanted] = useState({ target, name, isLine });
  const [scopes, setScopes] = useState<VaultScope[] | null>(null);
  const [attempt, setAttempt] = useState(0);
  const restore = useRestore(system.id);
  const done = restore.data;
  const isNothing = scopes !== null && scopes.length === 0;
  const plan = useRestorePlan(system.id, done || isNothing ? null : { ...wanted.target, ...(scopes ? { scopes } : {}) }, attempt);
  const branches = useBranches(system.id).data;
  const [offered, setOffered] = useState<VaultScope[]>([]);
  if (plan.data && scopes === null && offered.length === 0) setOffered(plan.data.snapshot.scopes);

  // Going to another line is worth while even where nothing else differs.
  const line = plan.data ? (wanted.target.branchId ?? plan.data.snapshot.branchId) : system.currentBranchId;
  const lineName = line === null ? t("vault.mainLine") : (branches?.find(({ id }) => id === line)?.name ?? t("vault.otherLine"));
  const goesOver = line !== system.currentBranchId;
  const isUnchanged = plan.data !== undefined && !isNothing && isSame(plan.data);
  const isPointless = isUnchanged && !goesOver;

  const again = () => {
    restore.reset();
    setAttempt(attempt + 1);
  };
  const undo = () => {
    if (!done) return;
    restore.reset();
    setScopes(null);
    setOffered([]);
    setAttempt(attempt + 1);
    setWanted({ target: { snapshotId: done.checkpoint.id }, name: words.full(done.checkpoint), isLine: false });
  };
  const toggle = (scope: VaultScope, isOn: boolean) => setScopes(offered.filter((one) => (one === scope ? isOn : (scopes ?? offered).includes(one))));
  const isStale = isApiError(restore.error, "systems.plan_expired") || isApiError(restore.error, "systems.changed_meanwhile");
  const error = restore.error ?? plan.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={done ? t(wanted.isLine ? "vault.wentOver" : "vault.restored") : t(wanted.isLine ? "vault.goTitle" : "vault.restoreTitle", { name: wanted.name })}
      closeLabel={t("app.close")}
      data-testid="restore-dialog"
      actions={
        done ? (
          <>
            <Button icon="undo" onPress={undo} data-testid="undo-restore">
              {t("vault.undoRestore")}
            </Button>
            <Button tone="primary" onPress={onClose} data-testid="restore-close">
              {t("vault.done")}
            </Button>
          </>
        ) : isPointless ? (
          <Button onPress={onClose} data-testid="restore-close">
            {t("app.close")}
          </Button>
        ) : (
          <>
            <Button onPress={onClose}>{t("app.cancel")}</Button>
            {isStale || plan.error ? (
              <Button tone="primary" onPress={again}>
                {t("vault.planAgain")}
              </Button>
            ) : (
              <Button tone="primary" isDisabled={!plan.data || isNothing || plan.isFetching} isPending={restore.isPending} onPress={() => plan.data && restore.mutate(plan.data.token)} data-testid="restore-confirm">
                {t(wanted.isLine ? "vault.goConfirm" : "vault.restoreConfirm")}
              </Button>
            )}
          </>
        )
      }
    >
      {done ? (
        <div className="RestoreDialog" data-testid="restore-done">
          <Banner tone="accent" title={t(wanted.isLine ? "vault.wentOverText" : "vault.restoredText", { name: wanted.name, version: done.system.version })}>
            {t("vault.wayBack", { checkpoint: words.full(done.checkpoint) })}
          </Banner>
        </div>
      ) : (
        <div className="RestoreDialog">
          {!isUnchanged && !isNothing && <p>{t("vault.planText")}</p>}
          {error && (
            <Banner tone="danger" role="alert">
              {t.error(error)}
            </Banner>
          )}
          {plan.isFetching && !plan.data && <Skeleton label={t("vault.planning")} isBlock />}
          {plan.data && !isNothing && !isUnchanged && <ChangeList comparison={plan.data} isLocal={system.syncMode === "local_only"} />}
          {isPointless && <p data-testid="restore-pointless">{t(scopes === null ? "vault.alreadyThere" : "vault.partsAlreadyThere")}</p>}
          {plan.data && !isNothing && goesOver && <p data-testid="restore-line">{t(isUnchanged ? "vault.onlyLine" : "vault.alsoLine", { line: lineName })}</p>}
          {isNothing && <p>{t("vault.nothingChosen")}</p>}
          {offered.length > 1 && !(isUnchanged && scopes === null) && (
            <details className="RestoreDialog-parts">
              <summary>{t("vault.onlyParts")}</summary>
              <div className="RestoreDialog-scopes" role="group" aria-label={t("vault.onlyParts")}>
                {offered.map((scope) => (
                  <Checkbox key={scope} label={t(`vault.scope.${scope}`)} isSelected={(scopes ?? offered).includes(scope)} onChange={(isOn) => toggle(scope, isOn)} />
                ))}
              </div>
            </details>
          )}
          {!isPointless && <p className="RestoreDialog-note">{t("vault.keptBefore")}</p>}
        </div>
      )}
    </Dialog>
  );
}
