import type { Automation, HookSample } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, CodeBlock, Dialog, Dot, Row, Rows, Section, Select, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { newKey } from "../../../shared/newKey.ts";
import { useLabels } from "../../../shared/useLabels.ts";
import { useReplay, useRotateSecret, useSamples } from "../queries.ts";
import { hookUrl, SecretDialog, type Secrets } from "./SecretDialog.tsx";
import { TestDialog } from "./TestDialog.tsx";

import "./WebhookSection.css";

const KEEP_HOURS = ["24", "168", "1", "0"] as const;
type Open = { kind: "test"; body?: string } | { kind: "rotate" } | { kind: "secrets"; secrets: Secrets } | null;

/** The address, what came to it, and a way to try it. */
export function WebhookSection({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const labels = useLabels();
  const samples = useSamples(automation.id);
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  return (
    <Section
      title={t("automations.hook")}
      description={t("automations.hookText")}
      action={
        <div className="WebhookSection-actions">
          <Button icon="key" onPress={() => setOpen({ kind: "rotate" })} data-testid="rotate">
            {t("automations.rotate")}
          </Button>
          <Button icon="send" onPress={() => setOpen({ kind: "test" })} isDisabled={!automation.enabled} data-testid="send-test">
            {t("automations.test")}
          </Button>
        </div>
      }
    >
      {automation.hookPath && <CodeBlock code={hookUrl(automation.hookPath)} caption={t("automations.hookUrl")} labels={labels} isWrapped />}
      <details className="WebhookSection-how">
        <summary>{t("automations.howToSign")}</summary>
        <CodeBlock code={signingExample(automation.hookPath ?? "")} language="bash" labels={labels} isWrapped />
      </details>
      <div className="WebhookSection-head">
        <h3 className="WebhookSection-title">{t("automations.samples")}</h3>
        <Button size="s" tone="quiet" icon="refresh" isPending={samples.isFetching} onPress={() => void samples.refetch()}>
          {t("automations.lookAgain")}
        </Button>
      </div>
      {samples.error && <Banner tone="danger">{t.error(samples.error)}</Banner>}
      {samples.isPending && <Skeleton label={t("app.loading")} lines={2} isBlock />}
      {samples.data?.length === 0 && <p className="WebhookSection-none">{t("automations.samplesNone")}</p>}
      {samples.data && samples.data.length > 0 && (
        <Rows label={t("automations.samples")}>
          {samples.data.map((sample, index) => (
            <SampleRow key={sample.runId ?? `${sample.at}-${index}`} sample={sample} automation={automation} onEdit={(body) => setOpen({ kind: "test", body })} />
          ))}
        </Rows>
      )}
      {open?.kind === "test" && <TestDialog automation={automation} onClose={close} {...(open.body === undefined ? {} : { body: open.body })} />}
      {open?.kind === "rotate" && <RotateDialog automation={automation} onClose={close} onDone={(secrets) => setOpen({ kind: "secrets", secrets })} />}
      {open?.kind === "secrets" && <SecretDialog automation={automation} secrets={open.secrets} onClose={close} />}
    </Section>
  );
}

function SampleRow({ sample, automation, onEdit }: { sample: HookSample; automation: Automation; onEdit: (body: string) => void }) {
  const t = useTranslator();
  const labels = useLabels();
  const toast = useToast();
  const replay = useReplay(automation.id);
  const { at, accepted, body, headers, runId, error } = sample;
  const text = typeof body === "string" ? body : JSON.stringify(body, null, 2);
  const again = (id: string) =>
    void replay.mutateAsync({ runId: id, key: newKey() }).then(
      () => toast({ text: t("automations.replayed") }),
      (failure: unknown) => toast({ text: t.error(failure), tone: "danger" }),
    );
  return (
    <Row
      data-testid="sample-row"
      leading={<Dot state={accepted ? "live" : "danger"} />}
      title={<time dateTime={at}>{t.format.precise(at)}</time>}
      badges={<Badge tone={accepted ? "accent" : "danger"}>{t(accepted ? "automations.accepted" : "automations.refusedOne")}</Badge>}
      detail={
        <>
          {error && <p>{error.title}</p>}
          <details className="WebhookSection-sample">
            <summary>{t("automations.showDelivery")}</summary>
            <div className="WebhookSection-delivery">
              <CodeBlock code={text} language={typeof body === "string" ? null : "json"} caption={t("automations.body")} labels={labels} isWrapped isBounded />
              <CodeBlock code={Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`).join("\n")} caption={t("automations.headers")} labels={labels} isWrapped isBounded />
            </div>
          </details>
        </>
      }
      actions={
        runId ? (
          <Button size="s" icon="redo" isPending={replay.isPending} isDisabled={!automation.enabled} onPress={() => again(runId)} data-testid="replay">
            {t("automations.replay")}
          </Button>
        ) : (
          <Button size="s" icon="edit" onPress={() => onEdit(text)}>
            {t("automations.tryThis")}
          </Button>
        )
      }
    />
  );
}

/** Confirmed, since whoever still signs with the old secret is refused once its time is over. */
function RotateDialog({ automation, onClose, onDone }: { automation: Automation; onClose: () => void; onDone: (secrets: Secrets) => void }) {
  const t = useTranslator();
  const rotate = useRotateSecret(automation.id);
  const [hours, setHours] = useState<(typeof KEEP_HOURS)[number]>("24");
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("automations.rotateTitle")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={rotate.isPending} onPress={() => rotate.mutate(Number(hours), { onSuccess: onDone })} data-testid="rotate-confirm">
            {t("automations.rotate")}
          </Button>
        </>
      }
    >
      <div className="WebhookSection-rotate">
        <p>{t("automations.rotateText")}</p>
        <Select label={t("automations.keepOld")} value={hours} options={KEEP_HOURS.map((value) => ({ value, label: t(`automations.keepOld.${value}`) }))} onChange={setHours} />
        {rotate.error && (
          <Banner tone="danger" role="alert">
            {t.error(rotate.error)}
          </Banner>
        )}
      </div>
    </Dialog>
  );
}

function signingExample(path: string): string {
  return [
    "SECRET='whsec_…'",
    `URL='${hookUrl(path)}'`,
    "BODY='{\"event\": \"test\"}'",
    "ID=\"msg_$(openssl rand -hex 8)\"; NOW=\"$(date +%s)\"",
    "KEY=\"$(printf %s \"${SECRET#whsec_}\" | base64 -d | od -An -tx1 | tr -d ' \\n')\"",
    "SIG=\"$(printf %s \"$ID.$NOW.$BODY\" | openssl dgst -sha256 -mac HMAC -macopt hexkey:$KEY -binary | base64)\"",
    "curl -X POST \"$URL\" -H 'content-type: application/json' -H \"webhook-id: $ID\" -H \"webhook-timestamp: $NOW\" -H \"webhook-signature: v1,$SIG\" -d \"$BODY\"",
  ].join("\n");
}
