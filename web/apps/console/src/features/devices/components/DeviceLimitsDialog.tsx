import type { Device } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog } from "@openclaw/ui";
import { useState } from "react";

import { WIDEST } from "../limits.ts";
import { useSetDevicePolicy } from "../queries.ts";
import { LimitsFields } from "./LimitsFields.tsx";

/** What may be done on one machine. Mounted while it is open. */
export function DeviceLimitsDialog({ device, onClose }: { device: Device; onClose: () => void }) {
  const t = useTranslator();
  const save = useSetDevicePolicy(device);
  const [policy, setPolicy] = useState(device.policy ?? WIDEST);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("fleet.limitsTitle", { name: device.name })}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={save.isPending} onPress={() => save.mutate(policy, { onSuccess: onClose })} data-testid="save-limits">
            {t("app.save")}
          </Button>
        </>
      }
    >
      <div className="LimitsFields">
        <p className="LimitsFields-text">{t("fleet.limitsText")}</p>
        {save.error && (
          <Banner tone="danger" role="alert">
            {t.error(save.error)}
          </Banner>
        )}
        <LimitsFields policy={policy} onChange={setPolicy} />
      </div>
    </Dialog>
  );
}
