import { useTranslator } from "@openclaw/i18n";
import { Button } from "@openclaw/ui";
import { useCallback, useState, type ReactNode } from "react";

import { LinkDialog } from "./LinkDialog.tsx";

/**
 * Linking a machine, from a page. The dialog is placed by the page itself: it has to outlive the button, which may be
 * part of an empty state that is gone as soon as the machine is linked.
 */
export function useLinkDialog(): { startLinking: () => void; linkDialog: ReactNode } {
  const [isOpen, setOpen] = useState(false);
  const startLinking = useCallback(() => setOpen(true), []);
  return {
    startLinking,
    linkDialog: isOpen && <LinkDialog onClose={() => setOpen(false)} />,
  };
}

export function LinkDeviceButton({ onPress }: { onPress: () => void }) {
  const t = useTranslator();
  return (
    <Button tone="primary" icon="link" onPress={onPress} data-testid="link-device">
      {t("devices.link")}
    </Button>
  );
}
