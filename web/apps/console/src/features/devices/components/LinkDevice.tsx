import { useTranslator } from "@openclaw/i18n";
import { Button, type ButtonTone } from "@openclaw/ui";
import { useState, type ReactNode } from "react";

import { LinkDialog } from "./LinkDialog.tsx";

/**
 * Linking a machine, from a page. The dialog is placed by the page itself: it has to outlive the button, which may be
 * part of an empty state that is gone as soon as the machine is linked.
 */
export function useLinkDialog(): { startLinking: () => void; linkDialog: ReactNode } {
  const [isOpen, setOpen] = useState(false);
  return {
    startLinking: () => setOpen(true),
    linkDialog: isOpen && <LinkDialog onClose={() => setOpen(false)} />,
  };
}

export function LinkDeviceButton({ onPress, tone = "primary", label }: { onPress: () => void; tone?: ButtonTone; label?: string }) {
  const t = useTranslator();
  return (
    <Button tone={tone} icon="link" onPress={onPress} data-testid="link-device">
      {label ?? t("devices.link")}
    </Button>
  );
}
