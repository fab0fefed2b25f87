import type { PlanRestoreInput, SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Section, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { useKeeper } from "../words.ts";
import { BranchDialog } from "./BranchDialog.tsx";
import { Branches } from "./Branches.tsx";
import { CloneDialog } from "./CloneDialog.tsx";
import { CompareDialog } from "./CompareDialog.tsx";
import { DoneThere, KeptThere } from "./KeptThere.tsx";
import { useBranches, useSnapshots } from "./queries.ts";
import { RestoreDialog } from "./RestoreDialog.tsx";
import { SnapshotDialog } from "./SnapshotDialog.tsx";
import { TimeLine } from "./VaultTimeLine.tsx";

import "./VaultPart.css";

/** What the vault is asked for, by a press. `null` as a snapshot: what the system is now. */
export type VaultTask =
  | { kind: "save" }
  | { kind: "compare"; before: SystemSnapshot; after: SystemSnapshot | null }
  | { kind: "restore"; target: PlanRestoreInput; name: string; isLine?: true }
  | { kind: "branch"; snapshot: SystemSnapshot | null }
  | { kind: "clone"; snapshot: SystemSnapshot | null };

/** A system's vault: what it was, what differs, the way back, and lines beside one another. */
export function VaultPart({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const snapshots = useSnapshots(system.id);
  const branches = useBranches(system.id);
  const keeper = useKeeper(system);
  const [task, setTask] = useState<VaultTask | null>(null);
  const close = () => setTask(null);
  const items = snapshots.data?.pages.flatMap((page) => page.items) ?? [];
  const lines = branches.data ?? [];
  const isLocal = system.syncMode === "local_only";
  // Whoever may edit may go back; of a local-only system, whose machine it is.
  const canChange = system.status !== "archived" && (isLocal ? keeper.isOnline : system.mayEdit);
  const canLook = !isLocal || keeper.isOnline;
  const error = snapshots.error ?? branches.error;
  const latest = items[0];
  const beside = <Branches system={system} branches={lines} snapshots={items} canChange={canChange} onTask={setTask} />;
  return (
    <div className="VaultPart">
      {isLocal && <KeptThere system={system} />}
      <div className="VaultPart-head">
        <p className="VaultPart-text">{t("vault.text")}</p>
        <div className="VaultPart-actions">
          {latest && (
            <Button icon="branch" isDisabled={!canLook} onPress={() => setTask({ kind: "compare", before: latest, after: null })} data-testid="compare-any">
              {t("vault.compare")}
            </Button>
          )}
          <Button tone="primary" icon="plus" isDisabled={!canChange} onPress={() => setTask({ kind: "save" })} data-testid="take-snapshot">
            {t("vault.take")}
          </Button>
        </div>
      </div>
      {error && (
        <Banner
          tone="danger"
          role="alert"
          title={t("vault.loadFailed")}
          action={
            <Button
              onPress={() => {
                void snapshots.refetch();
                void branches.refetch();
              }}
            >
              {t("app.retry")}
            </Button>
          }
        >
          {t.error(error)}
        </Banner>
      )}
      <div>
        {lines.length > 0 && beside}
        <Section title={t("vault.timeLine")}>
          {snapshots.isPending && <Skeleton label={t("app.loading")} lines={4} isBlock />}
          {snapshots.data && <TimeLine system={system} snapshots={items} branches={lines} canChange={canChange} canLook={canLook} onTask={setTask} />}
          {snapshots.hasNextPage && (
            <div>
              <Button isPending={snapshots.isFetchingNextPage} onPress={() => void snapshots.fetchNextPage()}>
                {t("app.more")}
              </Button>
            </div>
          )}
        </Section>
        {lines.length === 0 && beside}
        {isLocal && <DoneThere system={system} purpose="vault" />}
      </div>
      {task?.kind === "save" && <SnapshotDialog systemId={system.id} onClose={close} />}
      {task?.kind === "compare" && <CompareDialog system={system} snapshots={items} before={task.before} after={task.after} onClose={close} />}
      {task?.kind === "restore" && <RestoreDialog system={system} target={task.target} name={task.name} isLine={task.isLine} onClose={close} />}
      {task?.kind === "branch" && <BranchDialog system={system} snapshot={task.snapshot} onClose={close} onGo={(branch) => setTask({ kind: "restore", target: { branchId: branch.id }, name: branch.name, isLine: true })} />}
      {task?.kind === "clone" && <CloneDialog system={system} snapshot={task.snapshot} onClose={close} />}
    </div>
  );
}
