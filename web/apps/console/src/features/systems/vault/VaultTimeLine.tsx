import type { SystemBranch, SystemDetail, SystemSnapshot } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, classes, IconButton, Menu } from "@openclaw/ui";
import { useState, type ReactNode } from "react";

import { firstOf, lanesOf, rowsOf, type Cell } from "./timeline.ts";
import { useSnapshotWords } from "./useSnapshotWords.ts";
import type { VaultTask } from "./VaultPart.tsx";

import "./VaultTimeLine.css";

const WHOLE = 8;

interface TimeLineProps {
  system: SystemDetail;
  snapshots: readonly SystemSnapshot[];
  branches: readonly SystemBranch[];
  canChange: boolean;
  /** Of a local-only system, whether its machine can be asked now. */
  canLook: boolean;
  onTask: (task: VaultTask) => void;
}

/** What the system is now, and below it what it was; beside the rows the lines that they are on. */
export function TimeLine({ system, snapshots, branches, canChange, canLook, onTask }: TimeLineProps) {
  const t = useTranslator();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = rowsOf(snapshots, open);
  const { cells } = lanesOf(rows, branches, system.currentBranchId);
  const isMany = branches.length > 0;
  const lineOf = (id: string | null) => (id === null ? t("vault.mainLine") : (branches.find((branch) => branch.id === id)?.name ?? t("vault.otherLine")));
  return (
    <ol className="VaultTimeLine" aria-label={t("vault.timeLine")}>
      <Line cells={cells[0] ?? []} isNow>
        <div className="VaultTimeLine-words">
          <p className="VaultTimeLine-title">
            {t("vault.now")} <Badge tone="accent">{t("vault.version", { version: system.version })}</Badge>
            {isMany && <Badge>{lineOf(system.currentBranchId)}</Badge>}
          </p>
          <p className="VaultTimeLine-detail">{t("systems.changed", { when: t.format.relative(system.updatedAt) })}</p>
        </div>
      </Line>
      {rows.map((row, index) => {
        const first = firstOf(row);
        const lanes = cells[index + 1] ?? [];
        if (row.kind === "many") {
          return (
            <Line key={first.id} cells={lanes}>
              <Button size="s" tone="quiet" icon="history" onPress={() => setOpen(new Set([...open, first.id]))}>
                {t.count("vault.checkpoints", row.snapshots.length)}
              </Button>
            </Line>
          );
        }
        return (
          <Line key={first.id} cells={lanes} kind={first.kind}>
            <SnapshotRow
              snapshot={first}
              line={isMany ? lineOf(first.branchId) : null}
              begins={branches.filter(({ parentSnapshotId }) => parentSnapshotId === first.id)}
              isActive={system.activeSnapshotId === first.id}
              canChange={canChange}
              canLook={canLook}
              onTask={onTask}
            />
          </Line>
        );
      })}
    </ol>
  );
}

function Line({ cells, kind, isNow, children }: { cells: readonly Cell[]; kind?: string; isNow?: boolean; children: ReactNode }) {
  return (
    <li className="VaultTimeLine-row" data-testid={isNow ? "now-row" : "snapshot-row"} data-kind={kind}>
      <span className="VaultTimeLine-lanes" aria-hidden="true">
        {cells.map((cell, lane) => (
          <span key={lane} className={classes("VaultTimeLine-lane", cell.up && "VaultTimeLine-lane--up", cell.down && "VaultTimeLine-lane--down", cell.joins && "VaultTimeLine-lane--joins")}>
            {cell.dot && <span className="VaultTimeLine-dot" data-kind={isNow ? "now" : (kind ?? "auto_checkpoint")} />}
          </span>
        ))}
      </span>
      <div className="VaultTimeLine-body">{children}</div>
    </li>
  );
}

interface SnapshotRowProps {
  snapshot: SystemSnapshot;
  line: string | null;
  begins: readonly SystemBranch[];
  isActive: boolean;
  canChange: boolean;
  canLook: boolean;
  onTask: (task: VaultTask) => void;
}

function SnapshotRow({ snapshot, line, begins, isActive, canChange, canLook, onTask }: SnapshotRowProps) {
  const t = useTranslator();
  const words = useSnapshotWords();
  const { kind, createdAt, systemVersion, bytes, scopes } = snapshot;
  const name = words.name(snapshot);
  const label = t("vault.actions", { name: words.full(snapshot) });
  const facts = [
    t.format.dateTime(createdAt),
    ...(systemVersion === null ? [] : [t("vault.version", { version: systemVersion })]),
    t.format.bytes(bytes),
    ...(scopes.length < WHOLE ? [t("vault.partOf", { scopes: scopes.map((scope) => t(`vault.scope.${scope}`)).join(t("app.comma")) })] : []),
  ];
  return (
    <>
      <div className="VaultTimeLine-words">
        <p className="VaultTimeLine-title" data-automatic={kind === "auto_checkpoint" || undefined}>
          {name}
          {snapshot.label !== "" && <Badge tone={kind === "milestone" ? "accent" : "neutral"}>{t(`vault.kind.${kind}`)}</Badge>}
          {line && <Badge>{line}</Badge>}
          {isActive && <Badge tone="accent">{t("vault.restoredLast")}</Badge>}
        </p>
        <p className="VaultTimeLine-detail">{facts.join(" · ")}</p>
        {begins.length > 0 && <p className="VaultTimeLine-detail">{t("vault.begins", { names: begins.map((branch) => branch.name).join(t("app.comma")) })}</p>}
      </div>
      <div className="VaultTimeLine-actions">
        <Button size="s" tone="quiet" isDisabled={!canLook} onPress={() => onTask({ kind: "compare", before: snapshot, after: null })} data-testid="compare-snapshot">
          {t("vault.compareNow")} <span className="visually-hidden">{words.full(snapshot)}</span>
        </Button>
        <Button size="s" isDisabled={!canChange} onPress={() => onTask({ kind: "restore", target: { snapshotId: snapshot.id }, name: words.full(snapshot) })} data-testid="restore-snapshot">
          {t("vault.restore")} <span className="visually-hidden">{words.full(snapshot)}</span>
        </Button>
        {canChange && (
          <Menu
            label={label}
            groups={[
              {
                actions: [
                  { id: "branch", label: t("vault.branchHere"), icon: "branch", run: () => onTask({ kind: "branch", snapshot }) },
                  { id: "clone", label: t("vault.cloneHere"), icon: "copy", run: () => onTask({ kind: "clone", snapshot }) },
                ],
              },
            ]}
          >
            <IconButton icon="more" size="s" label={label} hasTooltip={false} />
          </Menu>
        )}
      </div>
    </>
  );
}
