import { canSign, type Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useDeliver, useTryOut } from "../queries.ts";
import { TrialResult } from "./TrialResult.tsx";

import "./FireDialog.css";

const EXAMPLE = '{\n  "event": "test"\n}';

/** A delivery to the webhook: sent signed, as a stranger sends it, or only tried out. */
export function TestDialog({ automation, secret: known, body: given, onClose }: { automation: Automation; secret?: string; body?: string; onClose: () => void }) {
  const t = useTranslator();
  const deliver = useDeliver();
  const tryOut = useTryOut(automation.id);
  const [body, setBody] = useState(given ?? EXAMPLE);
  const [secret, setSecret] = useState(known ?? "");
  const [isTried, setTried] = useState(false);
  const parsed = read(body);
  const isJson = parsed !== undefined;
  const send = () => {
    setTried(true);
    if (isJson && secret.trim() && automation.hookPath) deliver.mutate({ path: automation.hookPath, secret, body });
  };
  const error = deliver.error ?? tryOut.error;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("automations.testTitle")}
      closeLabel={t("app.close")}
      data-testid="test-dialog"
      actions={
        <>
          <Button onPress={() => isJson && tryOut.mutate({ body: parsed, contentType: "application/json" })} isDisabled={!isJson} isPending={tryOut.isPending}>
            {t("automations.tryOut")}
          </Button>
          <Button tone="primary" icon="send" onPress={send} isDisabled={!canSign()} isPending={deliver.isPending} data-testid="deliver">
            {t("automations.deliver")}
          </Button>
        </>
      }
    >
      <div className="FireDialog">
        <p className="FireDialog-text">{t("automations.testText")}</p>
        <TextField label={t("automations.body")} value={body} onChange={setBody} isMono rows={5} error={isJson ? null : t("form.json")} maxLength={200_000} />
        {known === undefined && (
          <TextField
            label={t("automations.secretLabel")}
            type="password"
            value={secret}
            onChange={setSecret}
            autoComplete="off"
            placeholder="whsec_"
            error={isTried && !secret.trim() ? t("form.required") : null}
            description={t(canSign() ? "automations.secretText" : "automations.cannotSign")}
            isDisabled={!canSign()}
          />
        )}
        {deliver.data && (
          <Banner tone="accent" role="status" title={t("automations.delivered")} data-testid="delivered">
            {t("automations.deliveredText")}
          </Banner>
        )}
        {tryOut.data && <TrialResult trial={tryOut.data} />}
        {error && (
          <Banner tone="danger" role="alert" title={t("automations.refused")}>
            {t.error(error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}

/** What a text says as JSON; undefined when it is none. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
