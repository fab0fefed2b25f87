import { useTranslator } from "@openclaw/i18n";
import { Button, type ButtonTone } from "@openclaw/ui";
import { useState } from "react";

import { LinkDialog } from "./LinkDialog.tsx";

/** The button that starts linking a machine, with the dialog behind it. */
export function LinkDevice({ tone = "primary", label }: { tone?: ButtonTone; label?: string }) {
  const t = useTranslator();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button tone={tone} icon="link" onPress={() => setOpen(true)} data-testid="link-device">
        {label ?? t("devices.link")}
      </Button>
      {isOpen && <LinkDialog onClose={() => setOpen(false)} />}
    </>
  );
}
