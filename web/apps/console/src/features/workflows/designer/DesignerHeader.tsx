import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, IconButton, Menu, Segmented, type MenuGroup } from "@openclaw/ui";

import "./DesignerHeader.css";

export type View = "canvas" | "text";

export interface DesignerHeaderProps {
  name: string;
  version: number | null;
  activeVersion: number | null;
  isDirty: boolean;
  isNarrow: boolean;
  view: View;
  problems: number;
  undoWords: string | null;
  redoWords: string | null;
  menu: readonly MenuGroup[];
  isSaving: boolean;
  canRun: boolean;
  onBack: () => void;
  onName: () => void;
  onView: (view: View) => void;
  onUndo: () => void;
  onRedo: () => void;
  onProblems: () => void;
  onSave: () => void;
  onRun: () => void;
}

/** What the workflow is called, whether it is saved, and what can be done with it as a whole. */
export function DesignerHeader(props: DesignerHeaderProps) {
  const t = useTranslator();
  const { name, version, activeVersion, isDirty, isNarrow, view, problems, undoWords, redoWords, menu, isSaving, canRun } = props;
  return (
    <header className="DesignerHeader" data-testid="designer-header">
      <div className="DesignerHeader-name">
        {!isNarrow && <IconButton icon="chevronRight" label={t("designer.back")} size="s" onPress={props.onBack} />}
        {!isNarrow && (
          <button type="button" className="DesignerHeader-title" onClick={props.onName} title={t("designer.settings")}>
            <h1>{name}</h1>
          </button>
        )}
        {version !== null && <Badge tone={version === activeVersion ? "accent" : "neutral"}>{t(version === activeVersion ? "designer.versionActive" : "designer.versionDraft", { version })}</Badge>}
        <span className="DesignerHeader-state" data-testid="save-state" data-dirty={isDirty || undefined}>
          {isDirty ? t("designer.unsaved") : ""}
        </span>
      </div>
      <div className="DesignerHeader-tools">
        <Segmented
          label={t("designer.view")}
          isLabelHidden
          value={view}
          options={[
            { value: "canvas", label: t(isNarrow ? "designer.view.outline" : "designer.view.canvas") },
            { value: "text", label: t("designer.view.text") },
          ]}
          onChange={props.onView}
        />
        <IconButton icon="undo" label={undoWords ?? t("designer.nothingToUndo")} isDisabled={undoWords === null} onPress={props.onUndo} data-testid="undo" />
        <IconButton icon="redo" label={redoWords ?? t("designer.nothingToRedo")} isDisabled={redoWords === null} onPress={props.onRedo} data-testid="redo" />
        <Menu label={t("designer.menu")} groups={menu}>
          <IconButton icon="more" label={t("designer.menu")} hasTooltip={false} />
        </Menu>
        {problems > 0 && (
          <button type="button" className="DesignerHeader-problems" onClick={props.onProblems} data-testid="problems">
            {t.count("canvas.problems", problems)}
          </button>
        )}
        <span className="DesignerHeader-gap" />
        <Button onPress={props.onSave} isPending={isSaving} isDisabled={!isDirty && version !== null} data-testid="save">
          {t("app.save")}
        </Button>
        <Button tone="primary" icon="play" onPress={props.onRun} isDisabled={!canRun} data-testid="run">
          {t("designer.run")}
        </Button>
      </div>
    </header>
  );
}
