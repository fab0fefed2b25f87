import type { Channel } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { FIELDS, settingsOf } from "../forms.ts";
import { usePairChannel, useSaveChannel } from "../queries.ts";
import { Step } from "./Step.tsx";

const TELLS = ["nothing", "questions", "everything"] as const;

/** What the provider gave, and what it wants to be given: our address. */
export function SettingsStep({ channel, hookSecret, onDone, onClose }: { channel: Channel; hookSecret: string | null; onDone: () => void; onClose: () => void }) {
  const t = useTranslator();
  const save = useSaveChannel();
  const pair = usePairChannel();
  const labels = { copy: t("app.copy"), copied: t("app.copied") };
  const [name, setName] = useState(channel.name);
  const [tells, setTells] = useState(channel.tells);
  const [values, setValues] = useState<Record<string, string>>(() => texts(channel.settings));
  const [hasTried, setTried] = useState(false);
  const { settings, isComplete } = settingsOf(channel.kind, values, channel.secrets);
  const isChanged = channel.state === "draft" || channel.state === "failed" || JSON.stringify(settings) !== JSON.stringify(texts(channel.settings));
  const submit = () => {
    setTried(true);
    if (isComplete && name.trim()) save.mutate({ channel, name: name.trim(), tells, settings: isChanged ? settings : null }, { onSuccess: isChanged ? onDone : onClose });
  };
  return (
    <Step
      title={channel.name}
      onClose={onClose}
      action={
        <Button tone="primary" isPending={save.isPending} onPress={submit} data-testid="channel-save">
          {t(isChanged ? "channels.check" : "app.save")}
        </Button>
      }
    >
      <form
        className="ChannelWizard"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {(save.error ?? pair.error) && (
          <Banner tone="danger" role="alert">
            {t.error(save.error ?? pair.error)}
          </Banner>
        )}
        {channel.state === "failed" && channel.error && !save.error && (
          <Banner tone="danger" role="alert">
            {channel.error.title}
          </Banner>
        )}
        <p>{t(`channels.how.${channel.kind}`)}</p>
        {channel.hookPath && <CodeBlock code={window.location.origin + channel.hookPath} caption={t("channels.hook")} labels={labels} isWrapped />}
        {hookSecret && <CodeBlock code={hookSecret} caption={t("channels.hookSecret")} labels={labels} isWrapped />}
        {FIELDS[channel.kind].map((field) => (
          <TextField
            key={field.name}
            label={field.isOptional ? t("app.optionalLabel", { label: t(field.label) }) : t(field.label)}
            type={field.isSecret ? "password" : "text"}
            autoComplete="off"
            value={values[field.name] ?? ""}
            onChange={(value) => setValues({ ...values, [field.name]: value })}
            description={field.isSecret && channel.secrets.includes(field.name) ? t("channels.kept") : undefined}
            error={hasTried && !field.isOptional && !values[field.name]?.trim() && !channel.secrets.includes(field.name) ? t("form.required") : null}
            maxLength={2000}
          />
        ))}
        <TextField label={t("channels.name")} value={name} onChange={setName} maxLength={100} error={hasTried && !name.trim() ? t("form.required") : null} />
        <Select label={t("channels.tells")} value={tells} onChange={setTells} options={TELLS.map((value) => ({ value, label: t(`channels.tells.${value}`) }))} />
        {channel.state === "connected" && channel.hears && (
          <div>
            <Button size="s" isPending={pair.isPending} onPress={() => pair.mutate(channel, { onSuccess: onDone })}>
              {t("channels.pairAgain")}
            </Button>
            <p className="ChannelWizard-note">{t("channels.pairAgainNote")}</p>
          </div>
        )}
      </form>
    </Step>
  );
}

function texts(settings: Channel["settings"]): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
}
