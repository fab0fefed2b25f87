import { useTranslator } from "@openclaw/i18n";
import { Button, Dialog } from "@openclaw/ui";

export interface ConfirmProps {
  isOpen: boolean;
  title: string;
  text: string;
  actionLabel: string;
  /** Where “Cancel” could be taken for the action itself. */
  closeLabel?: string;
  isPending?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks once more before something that cannot be undone. */
export function Confirm({ isOpen, title, text, actionLabel, closeLabel, isPending, onConfirm, onClose }: ConfirmProps) {
  const t = useTranslator();
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={title}
      closeLabel={t("app.close")}
      size="s"
      isAlert
      data-testid="confirm"
      actions={
        <>
          <Button onPress={onClose} autoFocus>
            {closeLabel ?? t("app.cancel")}
          </Button>
          <Button tone="danger" onPress={onConfirm} isPending={isPending} data-testid="confirm-action">
            {actionLabel}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
