import type { Channel, ChannelKind, NewChannel } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Select, Skeleton, TextField } from "@openclaw/ui";
import { useState } from "react";

import { KINDS } from "../forms.ts";
import { useChannels, useCreateChannel } from "../queries.ts";
import { PairingStep } from "./PairingStep.tsx";
import { SettingsStep } from "./SettingsStep.tsx";
import { Step } from "./Step.tsx";

import "./ChannelWizard.css";

export interface ChannelWizardProps {
  /** The channel to go on with; none for a new one. */
  channelId: string | null;
  /** Begins with its settings, though it works. */
  startsWithSettings?: boolean;
  onClose: () => void;
}

/** Sets a channel up step by step: what it is, its settings, the code. Where it is now is the channel's own state. */
export function ChannelWizard({ channelId, startsWithSettings = false, onClose }: ChannelWizardProps) {
  const channels = useChannels();
  const [made, setMade] = useState<NewChannel | null>(null);
  const [isEditing, setEditing] = useState(startsWithSettings);
  const id = channelId ?? made?.id;
  const channel = channels.data?.find((each) => each.id === id) ?? made;
  if (!channel) return <KindStep onMade={setMade} onClose={onClose} />;
  if (channel.state === "checking") return <CheckingStep channel={channel} onClose={onClose} />;
  if (channel.state === "draft" || channel.state === "failed" || isEditing) {
    return <SettingsStep key={channel.id} channel={channel} hookSecret={made?.hookSecret ?? null} onDone={() => setEditing(false)} onClose={onClose} />;
  }
  if (channel.state === "pairing") return <PairingStep channel={channel} onEdit={() => setEditing(true)} onClose={onClose} />;
  return <DoneStep channel={channel} onClose={onClose} />;
}

function KindStep({ onMade, onClose }: { onMade: (channel: NewChannel) => void; onClose: () => void }) {
  const t = useTranslator();
  const create = useCreateChannel();
  const [kind, setKind] = useState<ChannelKind>("telegram");
  const [name, setName] = useState("");
  const submit = () => create.mutate({ kind, name: name.trim() || t(`channels.kind.${kind}`), tells: "nothing" }, { onSuccess: onMade });
  return (
    <Step
      title={t("channels.addTitle")}
      onClose={onClose}
      action={
        <Button tone="primary" isPending={create.isPending} onPress={submit} data-testid="channel-next">
          {t("channels.next")}
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
        {create.error && (
          <Banner tone="danger" role="alert">
            {t.error(create.error)}
          </Banner>
        )}
        <Select
          label={t("channels.kind")}
          value={kind}
          onChange={setKind}
          options={KINDS.map((value) => ({ value, label: t(`channels.kind.${value}`), detail: t(`channels.about.${value}`) }))}
          data-testid="channel-kind"
        />
        <TextField label={t("app.optionalLabel", { label: t("channels.name") })} value={name} onChange={setName} maxLength={100} />
      </form>
    </Step>
  );
}

function CheckingStep({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslator();
  return (
    <Step title={channel.name} onClose={onClose}>
      <p>{t("channels.checkingText")}</p>
      <Skeleton label={t("channels.state.checking")} lines={2} />
    </Step>
  );
}

function DoneStep({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const t = useTranslator();
  return (
    <Step title={channel.name} onClose={onClose}>
      <p role="status" data-testid="channel-done">
        {channel.hears ? t("channels.doneText", { name: channel.sender ?? "" }) : t("channels.donePushText")}
      </p>
    </Step>
  );
}
