import { isApiError } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Skeleton, useToast } from "@openclaw/ui";
import { useMatchRoute, useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";

import { useLocalSurface, useServices } from "../../../shared/services.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useActiveModel } from "../../agents/index.ts";
import { useDevices } from "../../devices/index.ts";
import { activeRun } from "../model.ts";
import { ANYWHERE, placeOf, type Place } from "../place.ts";
import { useChangeConversation, useConversation, useMessages, useSend, useStop } from "../queries.ts";
import { ChatHeader } from "./ChatHeader.tsx";
import { Composer } from "./Composer.tsx";
import { DemoBanner } from "./DemoBanner.tsx";
import { LocalSession } from "./LocalSession.tsx";
import { MessageList } from "./MessageList.tsx";
import { useDraft } from "./useDraft.ts";
import { Welcome } from "./Welcome.tsx";

import "./ChatPage.css";

/** A conversation, or with null the start of one: it is made when the first message is sent. */
export function ChatPage({ conversationId }: { conversationId: string | null }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const matchRoute = useMatchRoute();
  const conversation = useConversation(conversationId);
  const messages = useMessages(conversationId);
  const devices = useDevices();
  const model = useActiveModel();
  const draft = useDraft(conversationId);
  const send = useSend();
  const stop = useStop(conversationId);
  const change = useChangeConversation();
  const { local } = useServices();
  useLocalSurface("chat");
  const [newChatPlace, setNewChatPlace] = useState<Place>(ANYWHERE);
  useTitle(conversation.data?.title ?? t("conversations.new"));

  const runId = activeRun(messages.messages);
  const isWorking = messages.messages.some(({ state }) => state === "running");
  const place = conversationId ? (conversation.data ? placeOf(conversation.data) : ANYWHERE) : newChatPlace;
  const isPi = place.runtime === "pi";

  const submit = () => {
    const text = draft.text.trim();
    if (text === "" || send.isPending || (isWorking && !isPi)) return;
    // A promise, since callbacks of `mutate` die with the page: who goes elsewhere meanwhile has still sent it.
    void send.mutateAsync({ conversationId, place, text, idempotencyKey: draft.idempotencyKey }).then(
      ({ id }) => {
        local.trigger("send");
        draft.clear();
        if (conversationId === null && matchRoute({ to: "/chat" })) {
          void navigate({ to: "/c/$conversationId", params: { conversationId: id } });
        }
      },
      (error: unknown) => toast({ text: t("composer.sendFailed", { reason: t.error(error) }), tone: "danger" }),
    );
  };
  const pickPlace = (picked: Place) => {
    if (!conversation.data) setNewChatPlace(picked);
    // A conversation that the server's agent has begun cannot go on in a runtime of its own.
    else if (picked.runtime === "pi") toast({ text: t("runtime.newChat"), tone: "danger" });
    else {
      change.mutate(
        { conversation: conversation.data, change: { kind: "device", deviceId: picked.deviceId } },
        { onError: (error) => toast({ text: t.error(error), tone: "danger" }) },
      );
    }
  };
  const { setText } = draft;
  const suggest = useCallback((text: string) => setText(text, { focus: true }), [setText]);

  const isLost = isApiError(conversation.error) && conversation.error.status === 404;
  const pending = send.isPending ? send.variables.text : null;
  const device = devices.data?.find(({ id }) => id === place.deviceId);
  // Open where the server has nothing to show in its place: no messages yet, or none that it may keep.
  const isLocalOpen = conversationId !== null && !messages.isPending && (messages.messages.length === 0 || place.syncMode !== "full");
  const isBlank = conversationId === null && pending === null;

  return (
    <div className="ChatPage">
      <ChatHeader conversation={conversation.data ?? null} device={device ?? null} />
      {model?.demo && !isBlank && !isLost && !isPi && <DemoBanner onPick={suggest} isCompact />}
      {!isLost && <LocalSession deviceId={place.deviceId} isOpen={isLocalOpen} />}
      {isBlank ? (
        <Welcome devices={devices.data ?? null} isDemo={model?.demo ?? false} onPick={suggest} />
      ) : isLost ? (
        <Lost />
      ) : messages.isPending && conversationId !== null ? (
        <div className="ChatPage-column">
          <Skeleton label={t("app.loading")} lines={7} />
        </div>
      ) : messages.error && messages.messages.length === 0 ? (
        <div className="ChatPage-column">
          <Banner
            tone="danger"
            role="alert"
            action={
              <Button size="s" onPress={() => void messages.refetch()}>
                {t("app.retry")}
              </Button>
            }
          >
            {t.error(messages.error)}
          </Banner>
        </div>
      ) : (
        <MessageList
          conversationId={conversationId}
          messages={messages.messages}
          place={place}
          deviceName={device?.name ?? t("tool.someDevice")}
          pending={pending}
          hasOlder={messages.hasNextPage}
          isLoadingOlder={messages.isFetchingNextPage}
          loadOlder={() => void messages.fetchNextPage()}
        />
      )}
      {!isLost && (
        <Composer
          draft={draft}
          devices={devices.data ?? []}
          place={place}
          isPlaceFixed={conversationId !== null && isPi}
          onPickPlace={pickPlace}
          model={model}
          isSending={send.isPending}
          isWorking={isWorking}
          isStopping={stop.isPending}
          onSend={submit}
          onStop={() => runId && stop.mutate(runId)}
        />
      )}
    </div>
  );
}

function Lost() {
  const t = useTranslator();
  return (
    <div className="ChatPage-column">
      <Banner title={t("notFound.title")}>{t("notFound.text")}</Banner>
    </div>
  );
}
