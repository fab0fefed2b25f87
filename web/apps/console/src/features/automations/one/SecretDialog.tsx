import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, Dialog } from "@openclaw/ui";
import { useState } from "react";

import { useLabels } from "../../../shared/useLabels.ts";
import { TestDialog } from "./TestDialog.tsx";

import "./SecretDialog.css";

export interface Secrets {
  secret?: string | null;
  signingSecret?: string | null;
  oldUntil?: string | null;
}

/** Secrets as they were made: shown this once. */
export function SecretDialog({ automation, secrets, onClose }: { automation: Automation; secrets: Secrets; onClose: () => void }) {
  const t = useTranslator();
  const labels = useLabels();
  const { secret, signingSecret, oldUntil } = secrets;
  const [isTesting, setTesting] = useState(false);
  if (isTesting && secret) return <TestDialog automation={automation} secret={secret} onClose={onClose} />;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("automations.secretTitle")}
      closeLabel={t("app.close")}
      data-testid="hook-secret"
      actions={
        <>
          {secret && (
            <Button onPress={() => setTesting(true)} data-testid="test-with-secret">
              {t("automations.testNow")}
            </Button>
          )}
          <Button tone="primary" onPress={onClose} data-testid="secret-kept">
            {t("automations.secretKept")}
          </Button>
        </>
      }
    >
      <div className="SecretDialog">
        <Banner tone="attention">{t("automations.secretOnce")}</Banner>
        {secret && automation.hookPath && <CodeBlock code={hookUrl(automation.hookPath)} caption={t("automations.hookUrl")} labels={labels} isWrapped />}
        {secret && <CodeBlock code={secret} caption={t("automations.secretIn")} labels={labels} isWrapped />}
        {signingSecret && <CodeBlock code={signingSecret} caption={t("automations.secretOut")} labels={labels} isWrapped />}
        {oldUntil && <p className="SecretDialog-note">{t("automations.secretOldUntil", { when: t.format.dateTime(oldUntil) })}</p>}
      </div>
    </Dialog>
  );
}

/** Where deliveries are sent to, as whoever sends them writes it. */
export function hookUrl(hookPath: string): string {
  return `${window.location.origin}${hookPath}`;
}
