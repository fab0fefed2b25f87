import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Skeleton } from "@openclaw/ui";

import { keyOfMessage } from "../model.ts";
import { useMessages } from "../queries.ts";
import { MessageItem } from "./MessageItem.tsx";

import "./Transcript.css";

export interface TranscriptProps {
  conversationId: string;
  isPi: boolean;
  /** The machine that keeps the words, where the server may not. */
  keptOn: string | null;
  /** The page says beside it why the last answer failed. */
  isFailureTold: boolean;
}

/** A conversation that something else leads: read as it goes on, with its questions answered in place. */
export function Transcript({ conversationId, isPi, keptOn, isFailureTold }: TranscriptProps) {
  const t = useTranslator();
  const messages = useMessages(conversationId);
  if (messages.error && messages.messages.length === 0) {
    return (
      <Banner tone="danger" role="alert" action={<Button onPress={() => void messages.refetch()}>{t("app.retry")}</Button>}>
        {t.error(messages.error)}
      </Banner>
    );
  }
  return (
    <div className="Transcript" role="log" aria-label={t("chat.messages")} aria-busy={messages.messages.some(({ state }) => state === "running")}>
      {messages.isPending && messages.messages.length === 0 && <Skeleton label={t("app.loading")} lines={5} />}
      {messages.hasNextPage && (
        <Button size="s" tone="quiet" isPending={messages.isFetchingNextPage} onPress={() => void messages.fetchNextPage()}>
          {t("chat.loadOlder")}
        </Button>
      )}
      {messages.messages.map((message, index) => (
        <MessageItem
          key={keyOfMessage(message)}
          message={message}
          actions={null}
          isLastAnswer={false}
          isLocked
          isPi={isPi}
          keptOn={keptOn}
          isFailureTold={isFailureTold && index === messages.messages.length - 1}
        />
      ))}
    </div>
  );
}
