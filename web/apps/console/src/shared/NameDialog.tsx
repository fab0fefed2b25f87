import { useTranslator } from "@openclaw/i18n";
import { Button, Dialog, TextField } from "@openclaw/ui";
import { useState } from "react";

export interface NameDialogProps {
  title: string;
  label: string;
  initial: string;
  submitLabel?: string;
  isPending?: boolean;
  error?: string | null;
  onSubmit: (name: string) => void;
  onClose: () => void;
}

/** Asks for one name. Mounted while it is open. */
export function NameDialog({ title, label, initial, submitLabel, isPending, error, onSubmit, onClose }: NameDialogProps) {
  const t = useTranslator();
  const [name, setName] = useState(initial);
  const submit = () => name.trim() && onSubmit(name.trim());
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!name.trim()} isPending={isPending}>
            {submitLabel ?? t("app.save")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={label} value={name} onChange={setName} maxLength={200} error={error ?? null} autoFocus />
      </form>
    </Dialog>
  );
}
