import { useTranslator } from "@openclaw/i18n";
import { Button, Dialog, Segmented } from "@openclaw/ui";
import { useState } from "react";

import { findStep, portsOf, STEP_TYPES, type Definition, type Link, type StepType } from "../canvas/definition.ts";
import { portWords, titleOf, TYPE_ICONS } from "../canvas/words.ts";
import { run } from "./model/commands.ts";
import { Picker } from "./Picker.tsx";

import "./Dialogs.css";

/** Which kind of step? */
export function AddStepDialog({ onChoose, onClose }: { onChoose: (type: StepType) => void; onClose: () => void }) {
  const t = useTranslator();
  return (
    <Dialog isOpen onClose={onClose} title={t("designer.addStep")} closeLabel={t("app.close")} size="s" data-testid="add-step">
      <Picker
        label={t("designer.findStep")}
        empty={t("designer.nothingFound")}
        choices={STEP_TYPES.map((type) => ({ id: type, label: t(`canvas.type.${type}`), detail: t(`designer.typeNote.${type}`), icon: TYPE_ICONS[type] }))}
        onChoose={(type) => onChoose(type as StepType)}
      />
    </Dialog>
  );
}

/** Where does a step lead? Only what it can lead to is offered. */
export function ConnectDialog({ definition, source, onConnect, onClose }: { definition: Definition; source: string; onConnect: (link: Link) => void; onClose: () => void }) {
  const t = useTranslator();
  const place = findStep(definition, source);
  const ports = place ? portsOf(place.step) : [];
  const [port, setPort] = useState(ports[0] ?? "next");
  if (!place) return null;
  const targets = place.frame.steps.filter(({ id }) => id !== source && canConnect(definition, { source, port, target: id }));
  return (
    <Dialog isOpen onClose={onClose} title={t("designer.connectTitle", { name: titleOf(place.step) })} closeLabel={t("app.close")} size="s" data-testid="connect">
      <div className="Dialogs-connect">
        {ports.length > 0 && <Segmented label={t("designer.way")} isLabelHidden value={port} options={ports.map((one) => ({ value: one, label: portWords(t, place.step, one) }))} onChange={setPort} />}
        <Picker
          key={port}
          label={t("designer.connectTo")}
          empty={t("designer.noTargets")}
          choices={targets.map((step) => ({ id: step.id, label: titleOf(step), detail: t(`canvas.type.${step.type}`), icon: TYPE_ICONS[step.type] }))}
          onChoose={(target) => onConnect({ source, port, target })}
        />
      </div>
    </Dialog>
  );
}

function canConnect(definition: Definition, link: Link): boolean {
  try {
    run(definition, { kind: "connect", link });
    return true;
  } catch {
    return false;
  }
}

/** Somebody else saved a version in between. */
export function ConflictDialog({ version, onLoad, onOverwrite, onClose }: { version: number; onLoad: () => void; onOverwrite: () => void; onClose: () => void }) {
  const t = useTranslator();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("designer.conflictTitle", { version })}
      closeLabel={t("app.close")}
      size="s"
      isAlert
      data-testid="conflict"
      actions={
        <>
          <Button onPress={onLoad}>{t("designer.conflictLoad")}</Button>
          <Button tone="primary" onPress={onOverwrite}>
            {t("designer.conflictOverwrite", { version: version + 1 })}
          </Button>
        </>
      }
    >
      <p>{t("designer.conflictText")}</p>
    </Dialog>
  );
}

const SHORTCUTS = [
  ["A, /", "add"],
  ["← → ↑ ↓", "walk"],
  ["Enter", "open"],
  ["C", "connect"],
  ["Delete", "delete"],
  ["Ctrl Z · Ctrl Y", "undo"],
  ["Ctrl C · X · V", "copy"],
  ["Ctrl D", "duplicate"],
  ["Ctrl A", "all"],
  ["G", "group"],
  ["Alt ← → ↑ ↓", "nudge"],
  ["Ctrl S", "save"],
  ["Ctrl Enter", "run"],
  ["R", "again"],
  ["Esc", "close"],
] as const;

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  return (
    <Dialog isOpen onClose={onClose} title={t("designer.shortcuts")} closeLabel={t("app.close")} size="s">
      <dl className="Dialogs-keys">
        {SHORTCUTS.map(([key, what]) => (
          <div key={what} className="Dialogs-key">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`designer.key.${what}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
