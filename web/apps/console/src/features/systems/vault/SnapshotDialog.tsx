import type { SaveSnapshotInput } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Choices, Dialog, TextField, useToast } from "@openclaw/ui";
import { useState } from "react";

import { useSaveSnapshot } from "./queries.ts";

import "./SnapshotDialog.css";

const KINDS = ["manual", "milestone", "pre_experiment", "pre_migration"] as const;
const PRESETS = ["full", "config_only"] as const;

/** Keeps what the system is now, under a name. */
export function SnapshotDialog({ systemId, onClose }: { systemId: string; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const save = useSaveSnapshot(systemId);
  const [label, setLabel] = useState("");
  const [kind, setKind] = useState<(typeof KINDS)[number]>("manual");
  const [preset, setPreset] = useState<NonNullable<SaveSnapshotInput["preset"]>>("full");
  const submit = () =>
    save.mutate(
      { label: label.trim(), kind, preset },
      {
        onSuccess: () => {
          toast({ text: t("vault.taken") });
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("vault.take")}
      closeLabel={t("app.close")}
      data-testid="snapshot-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={save.isPending} onPress={submit} data-testid="snapshot-submit">
            {t("vault.takeIt")}
          </Button>
        </>
      }
    >
      <form
        className="SnapshotDialog"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t("app.optionalLabel", { label: t("vault.label") })} value={label} onChange={setLabel} maxLength={200} description={t("vault.labelText")} autoFocus />
        <Choices label={t("vault.kind")} value={kind} options={KINDS.map((value) => ({ value, label: t(`vault.kind.${value}`), detail: t(`vault.kindText.${value}`) }))} onChange={setKind} />
        <Choices label={t("vault.holds")} value={preset} options={PRESETS.map((value) => ({ value, label: t(`vault.preset.${value}`), detail: t(`vault.presetText.${value}`) }))} onChange={setPreset} />
        {save.error && (
          <Banner tone="danger" role="alert">
            {t.error(save.error)}
          </Banner>
        )}
      </form>
    </Dialog>
  );
}
