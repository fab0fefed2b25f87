import type { Channel } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Dot, EmptyState, IconButton, Menu, Row, Rows, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { stateOf } from "../forms.ts";
import { useChannels, usePauseChannel, useRemoveChannel, useTestChannel } from "../queries.ts";
import { ChannelWizard } from "./ChannelWizard.tsx";

export function ChannelsPage() {
  const t = useTranslator();
  const channels = useChannels();
  const [isAdding, setAdding] = useState(false);
  useTitle(t("channels.title"));
  const isEmpty = channels.data?.length === 0;
  const add = (
    <Button icon="plus" tone="primary" onPress={() => setAdding(true)} data-testid="add-channel">
      {t("channels.add")}
    </Button>
  );
  return (
    <Page title={t("channels.title")} description={t("channels.description")} action={channels.data && !isEmpty && add}>
      {channels.error && (
        <Banner tone="danger" title={t("channels.loadFailed")} action={<Button size="s" onPress={() => void channels.refetch()}>{t("app.retry")}</Button>}>
          {t.error(channels.error)}
        </Banner>
      )}
      {channels.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {isEmpty && (
        <EmptyState title={t("channels.empty")} action={add}>
          {t("channels.emptyText")}
        </EmptyState>
      )}
      {channels.data && !isEmpty && (
        <Rows label={t("channels.title")}>
          {channels.data.map((channel) => (
            <ChannelRow key={channel.id} channel={channel} />
          ))}
        </Rows>
      )}
      {isAdding && <ChannelWizard channelId={null} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const t = useTranslator();
  const toast = useToast();
  const test = useTestChannel();
  const pause = usePauseChannel();
  const remove = useRemoveChannel();
  const [open, setOpen] = useState<"setup" | "remove" | null>(null);
  const close = () => setOpen(null);
  const failed = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const { word, tone, dot } = stateOf(channel);
  const isReady = channel.state === "connected" && !channel.paused;
  const facts = [
    t(`channels.kind.${channel.kind}`),
    ...(channel.account?.["name"] ? [channel.account["name"]] : []),
    ...(channel.sender && channel.hears ? [t("channels.boundTo", { name: channel.sender })] : []),
    ...(channel.receivedAt ? [t("channels.heard", { when: t.format.relative(channel.receivedAt) })] : []),
    ...(channel.sentAt ? [t("channels.sent", { when: t.format.relative(channel.sentAt) })] : []),
  ];
  const actions = [
    { id: "setup", label: t("channels.setup"), icon: "settings" as const, run: () => setOpen("setup") },
    ...(isReady
      ? [{ id: "test", label: t("channels.test"), icon: "send" as const, run: () => test.mutate(channel, { onSuccess: () => toast({ text: t("channels.testSent") }), onError: failed }) }]
      : []),
    {
      id: "pause",
      label: t(channel.paused ? "channels.resume" : "channels.pause"),
      icon: channel.paused ? ("play" as const) : ("pause" as const),
      run: () => pause.mutate({ channel, isPaused: !channel.paused }, { onError: failed }),
    },
  ];
  return (
    <Row
      data-testid="channel-row"
      leading={<Dot state={dot} />}
      title={channel.name}
      badges={<Badge tone={tone}>{t(word)}</Badge>}
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {channel.error && <p role="status">{channel.error.title}</p>}
        </>
      }
      actions={
        <>
          {!channel.paused && channel.state !== "connected" && (
            <Button size="s" onPress={() => setOpen("setup")}>
              {t("channels.continue")}
            </Button>
          )}
          <Menu
            label={t("channels.actions", { name: channel.name })}
            groups={[{ actions }, { actions: [{ id: "remove", label: t("channels.remove"), icon: "trash", isDestructive: true, run: () => setOpen("remove") }] }]}
          >
            <IconButton icon="more" label={t("channels.actions", { name: channel.name })} hasTooltip={false} />
          </Menu>
          {open === "setup" && <ChannelWizard channelId={channel.id} startsWithSettings={channel.state === "connected"} onClose={close} />}
          <Confirm
            isOpen={open === "remove"}
            title={t("channels.removeTitle", { name: channel.name })}
            text={t("channels.removeText")}
            actionLabel={t("channels.remove")}
            isPending={remove.isPending}
            onClose={close}
            onConfirm={() =>
              // A promise, since callbacks of `mutate` die with this row, which goes when it succeeds.
              void remove.mutateAsync(channel).then(() => toast({ text: t("channels.removed", { name: channel.name }) }), failed)
            }
          />
        </>
      }
    />
  );
}
