import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField } from "@openclaw/ui";
import { useState, type ReactNode } from "react";

import "./NoteDialog.css";

export interface NoteDialogProps {
  title: string;
  text: string;
  label: string;
  actionLabel: string;
  /** Whether it cannot be done without a word. */
  isRequired?: boolean;
  isDestructive?: boolean;
  isPending: boolean;
  error: unknown;
  maxLength: number;
  children?: ReactNode;
  onSubmit: (note: string) => void;
  onClose: () => void;
  "data-testid"?: string;
}

/** Asks for a few words that others will read. Mounted while it is open. */
export function NoteDialog({ title, text, label, actionLabel, isRequired, isDestructive, isPending, error, maxLength, children, onSubmit, onClose, ...rest }: NoteDialogProps) {
  const t = useTranslator();
  const [note, setNote] = useState("");
  const isReady = !isRequired || note.trim() !== "";
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      closeLabel={t("app.close")}
      size="s"
      {...rest}
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone={isDestructive ? "danger" : "primary"} onPress={() => isReady && onSubmit(note.trim())} isDisabled={!isReady} isPending={isPending} data-testid="note-submit">
            {actionLabel}
          </Button>
        </>
      }
    >
      <form
        className="NoteDialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) onSubmit(note.trim());
        }}
      >
        <p>{text}</p>
        {children}
        <TextField label={isRequired ? label : t("app.optionalLabel", { label })} value={note} onChange={setNote} maxLength={maxLength} autoFocus isRequired={isRequired ?? false} />
        {error != null && <Banner tone="danger" role="alert">{t.error(error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
