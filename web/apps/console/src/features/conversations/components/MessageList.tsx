import { useTranslator } from "@openclaw/i18n";
import type { LiveMessage } from "@openclaw/realtime";
import { Button } from "@openclaw/ui";
import { useMemo } from "react";

import { keyOfMessage } from "../model.ts";
import { MessageItem } from "./MessageItem.tsx";
import { useMessageActions } from "./useMessageActions.ts";
import { usePinnedScroll } from "./usePinnedScroll.ts";

import "./MessageList.css";

export interface MessageListProps {
  conversationId: string | null;
  messages: readonly LiveMessage[];
  /** The text that is on its way to the server. */
  pending: string | null;
  hasOlder: boolean;
  isLoadingOlder: boolean;
  loadOlder: () => void;
}

export function MessageList({ conversationId, messages, pending, hasOlder, isLoadingOlder, loadOlder }: MessageListProps) {
  const t = useTranslator();
  const actions = useMessageActions(conversationId ?? "", messages);
  const isWorking = messages.some(({ state }) => state === "running");
  const lastQuestion = useMemo(() => messages.findLast(({ role }) => role === "user")?.id, [messages]);
  const { scroller, content, isAtEnd, toEnd } = usePinnedScroll(messages[0]?.id, pending ?? lastQuestion);
  const lastAnswer = useMemo(() => messages.findLast(({ role }) => role === "assistant")?.id, [messages]);
  return (
    <div className="MessageList">
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="MessageList-scroll" ref={scroller} tabIndex={0} role="log" aria-label={t("chat.messages")} aria-busy={isWorking}>
        <div className="MessageList-column" ref={content}>
          {hasOlder && (
            <div className="MessageList-older">
              <Button size="s" tone="quiet" isPending={isLoadingOlder} onPress={loadOlder}>
                {t("chat.loadOlder")}
              </Button>
            </div>
          )}
          {messages.map((message) => (
            <MessageItem key={keyOfMessage(message)} message={message} actions={actions} isLastAnswer={message.id === lastAnswer} isLocked={isWorking} />
          ))}
          {pending !== null && (
            <article className="MessageItem MessageItem--user" data-testid="message" data-role="user" data-pending>
              <p className="MessageItem-question">{pending}</p>
            </article>
          )}
        </div>
      </div>
      {!isAtEnd && (
        <div className="MessageList-jump">
          <Button size="s" icon="chevronDown" onPress={toEnd}>
            {t("chat.jumpToLatest")}
          </Button>
        </div>
      )}
    </div>
  );
}
