import { useTranslator } from "@openclaw/i18n";
import { Icon, IconButton } from "@openclaw/ui";

import { STEP_TYPES, type StepType } from "../canvas/definition.ts";
import { TYPE_ICONS } from "../canvas/words.ts";

import "./StepRail.css";

/** The type of a dragged step travels under this name. */
export const STEP_MIME = "application/x-openclaw-step";

/** The kinds of steps, to drag onto the canvas; pressed, one comes after the chosen step. */
export function StepRail({ onAdd, onMenu }: { onAdd: (type: StepType) => void; onMenu: () => void }) {
  const t = useTranslator();
  return (
    <div className="StepRail" role="toolbar" aria-label={t("designer.palette")} aria-orientation="vertical" data-testid="palette">
      <IconButton icon="plus" label={t("designer.addStepKey")} tone="primary" size="s" onPress={onMenu} data-testid="add-step-button" />
      {STEP_TYPES.map((type) => (
        <button
          key={type}
          type="button"
          className="StepRail-item"
          draggable
          data-testid={`palette-${type}`}
          aria-label={t("designer.addOf", { type: t(`canvas.type.${type}`) })}
          title={t(`canvas.type.${type}`)}
          onDragStart={(event) => {
            event.dataTransfer.setData(STEP_MIME, type);
            event.dataTransfer.effectAllowed = "copy";
          }}
          onClick={() => onAdd(type)}
        >
          <Icon name={TYPE_ICONS[type]} />
        </button>
      ))}
    </div>
  );
}
