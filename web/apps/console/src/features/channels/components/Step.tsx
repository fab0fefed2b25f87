import { useTranslator } from "@openclaw/i18n";
import { Button, Dialog } from "@openclaw/ui";
import type { ReactNode } from "react";

/** One step of the dialog that sets a channel up. */
export function Step({ title, action, onClose, children }: { title: string; action?: ReactNode; onClose: () => void; children: ReactNode }) {
  const t = useTranslator();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      closeLabel={t("app.close")}
      size="s"
      data-testid="channel-wizard"
      actions={
        <>
          <Button onPress={onClose}>{t("app.close")}</Button>
          {action}
        </>
      }
    >
      {children}
    </Dialog>
  );
}
