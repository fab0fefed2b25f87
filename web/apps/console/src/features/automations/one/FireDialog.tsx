import type { Automation, JsonObject } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, useToast } from "@openclaw/ui";
import { useState } from "react";

import type { FieldError } from "../../../shared/form/answer.ts";
import { JsonField } from "../../../shared/form/TypedFields.tsx";
import { newKey } from "../../../shared/newKey.ts";
import { useFireAutomation, useTryOut } from "../queries.ts";
import { TrialResult } from "./TrialResult.tsx";

import "./FireDialog.css";

/** Set it off by hand with an input, or see first what would happen. */
export function FireDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const fire = useFireAutomation(automation.id);
  const tryOut = useTryOut(automation.id);
  const [key] = useState(newKey);
  const [input, setInput] = useState<JsonObject>(automation.trigger.kind === "webhook" ? { body: {} } : {});
  const [fault, setFault] = useState<FieldError | null>(null);
  const submit = () => {
    if (fault) return;
    fire.mutate(
      { input, key },
      {
        onSuccess: () => {
          toast({ text: t("automations.fired", { name: automation.name }) });
          onClose();
        },
      },
    );
  };
  const error = fire.error ?? tryOut.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("automations.fireTitle", { name: automation.name })}
      closeLabel={t("app.close")}
      data-testid="fire-dialog"
      actions={
        <>
          <Button onPress={() => tryOut.mutate(input)} isDisabled={fault !== null} isPending={tryOut.isPending} data-testid="try-out">
            {t("automations.tryOut")}
          </Button>
          <Button tone="primary" icon="play" onPress={submit} isDisabled={fault !== null} isPending={fire.isPending} data-testid="fire">
            {t("automations.fire")}
          </Button>
        </>
      }
    >
      <div className="FireDialog">
        <p className="FireDialog-text">{t("automations.fireText")}</p>
        <JsonField
          label={t("automations.input")}
          schema={{}}
          value={input}
          onChange={(value) => setInput(value as JsonObject)}
          onFault={setFault}
          problem={null}
          isNeeded
          isLive
          isWhole
          rows={4}
        />
        {tryOut.data && <TrialResult trial={tryOut.data} />}
        {error && (
          <Banner tone="danger" role="alert">
            {t.error(error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}
