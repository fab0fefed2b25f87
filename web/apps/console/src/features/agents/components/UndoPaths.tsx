import type { UndoPath } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Checkbox, DiffView, Icon, parseUnifiedDiff, type IconName } from "@openclaw/ui";

import { useDiffLabels } from "./useLabels.ts";

import "./UndoPaths.css";

const ICONS: Record<UndoPath["action"], IconName> = { restore: "history", bring_back: "undo", remove: "trash", move_back: "folder" };

interface UndoPathsProps {
  paths: readonly UndoPath[];
  forced: ReadonlySet<string>;
  /** Absent when nothing is left to decide. */
  onForce?: (path: string, isForced: boolean) => void;
}

/** The paths of an undo, each with what happens to it, its change to look into, and what stands in the way. */
export function UndoPaths({ paths, forced, onForce }: UndoPathsProps) {
  return (
    <ul className="UndoPaths">
      {paths.map((path, index) => (
        <li key={index} className="UndoPaths-item" data-testid="undo-path" data-obstacle={path.obstacle ?? "none"}>
          <Line path={path} />
          {path.obstacle !== null && <Obstacle path={path} isForced={forced.has(path.path)} {...(onForce ? { onForce } : {})} />}
        </li>
      ))}
    </ul>
  );
}

/** A line that opens onto the change, where there is one to see. */
function Line({ path }: { path: UndoPath }) {
  const labels = useDiffLabels();
  if (path.diff === "") {
    return (
      <div className="UndoPaths-line">
        <Icon name={ICONS[path.action]} />
        <Name path={path} />
      </div>
    );
  }
  return (
    <details className="UndoPaths-details">
      <summary className="UndoPaths-line">
        <Icon name="chevronRight" />
        <Name path={path} />
      </summary>
      <div className="UndoPaths-diff">
        <DiffView lines={parseUnifiedDiff(path.diff)} caption={path.path} labels={labels} />
      </div>
    </details>
  );
}

function Name({ path }: { path: UndoPath }) {
  const t = useTranslator();
  const { folder, name } = split(path.path);
  return (
    <>
      <span className="UndoPaths-name">
        <span className="UndoPaths-file">{name}</span>
        {(path.kind === "folder" || path.kind === "link") && <span className="UndoPaths-kind">{t(`undo.kind.${path.kind}`)}</span>}
        <span className="UndoPaths-folder">{path.movedTo ? t("undo.movesTo", { path: path.movedTo }) : folder}</span>
      </span>
      {path.obstacle === null && <Badge>{t(`undo.does.${path.action}`)}</Badge>}
    </>
  );
}

function Obstacle({ path, isForced, onForce }: { path: UndoPath; isForced: boolean; onForce?: (path: string, isForced: boolean) => void }) {
  const t = useTranslator();
  const { obstacle } = path;
  if (obstacle === null) return null;
  return (
    <div className="UndoPaths-obstacle">
      <span className="UndoPaths-why">
        <Icon name="alert" size={14} />
        {obstacle === "failed" ? t("undo.obstacle.failed", { note: path.note ?? "" }) : t(`undo.obstacle.${obstacle}`)}
      </span>
      {path.canForce && onForce && (
        <Checkbox label={t("undo.force")} isSelected={isForced} onChange={(next) => onForce(path.path, next)} />
      )}
    </div>
  );
}

function split(path: string): { folder: string; name: string } {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return { folder: path.slice(0, at) || "/", name: path.slice(at + 1) };
}
