import { useTranslator } from "@openclaw/i18n";
import type { LiveMessage } from "@openclaw/realtime";
import { Banner, Button, Dot } from "@openclaw/ui";
import { memo, useMemo, useState } from "react";

import { ToolSteps } from "../../agents/index.ts";
import { blocksOf, textOfMessage } from "../model.ts";
import { MessageEditor } from "./MessageEditor.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { MessageText } from "./MessageText.tsx";
import type { MessageActions } from "./useMessageActions.ts";

import "./MessageItem.css";

export interface MessageItemProps {
  message: LiveMessage;
  actions: MessageActions;
  isLastAnswer: boolean;
  /** A run is under way: nothing that would start another is offered. */
  isLocked: boolean;
}

export const MessageItem = memo(function MessageItem({ message, actions, isLastAnswer, isLocked }: MessageItemProps) {
  return message.role === "user" ? (
    <Question message={message} actions={actions} isLocked={isLocked} />
  ) : (
    <Answer message={message} actions={actions} canRetry={isLastAnswer && !isLocked} />
  );
});

function Question({ message, actions, isLocked }: { message: LiveMessage; actions: MessageActions; isLocked: boolean }) {
  const t = useTranslator();
  const [isEditing, setEditing] = useState(false);
  const text = textOfMessage(message);
  return (
    <article className="MessageItem MessageItem--user" data-testid="message" data-role="user" aria-label={t("chat.you")}>
      {isEditing ? (
        <MessageEditor
          initial={text}
          onClose={() => setEditing(false)}
          onSubmit={(next) => {
            setEditing(false);
            actions.resend(message, next);
          }}
        />
      ) : (
        <div className="MessageItem-asked">
          <p className="MessageItem-question">{text}</p>
          <div className="MessageItem-menu">
            <MessageMenu message={message} actions={actions} {...(isLocked ? {} : { onEdit: () => setEditing(true) })} />
          </div>
        </div>
      )}
    </article>
  );
}

function Answer({ message, actions, canRetry }: { message: LiveMessage; actions: MessageActions; canRetry: boolean }) {
  const t = useTranslator();
  const blocks = useMemo(() => blocksOf(message.parts), [message.parts]);
  const isRunning = message.state === "running";
  return (
    <article
      className="MessageItem MessageItem--assistant"
      data-testid="message"
      data-role="assistant"
      data-state={message.state}
      aria-label={t("chat.assistant")}
    >
      {blocks.map((block, index) =>
        block.kind === "text" ? (
          <MessageText key={`text-${index}`} text={block.text} isStreaming={isRunning && index === blocks.length - 1} />
        ) : (
          <ToolSteps key={block.key} parts={block.parts} />
        ),
      )}
      {isRunning && blocks.at(-1)?.kind !== "text" && <Working message={message} />}
      {message.state === "failed" && (
        <Banner
          tone="danger"
          role="status"
          title={t("chat.failed")}
          action={
            canRetry && (
              <Button size="s" icon="refresh" onPress={() => actions.retry(message)}>
                {t("chat.retry")}
              </Button>
            )
          }
        >
          {message.error?.title}
        </Banner>
      )}
      {message.state === "aborted" && <p className="MessageItem-note">{t("chat.aborted")}</p>}
      {!isRunning && <MessageMenu message={message} actions={actions} {...(canRetry ? { onRetry: () => actions.retry(message) } : {})} />}
    </article>
  );
}

/** The assistant is at it but says nothing yet. While it waits for a person, the cards say so instead. */
function Working({ message }: { message: LiveMessage }) {
  const t = useTranslator();
  const last = message.parts.at(-1);
  if (last?.type === "tool" && (last.state === "awaiting_approval" || last.state === "waiting_for_device")) return null;
  return (
    <p className="MessageItem-note">
      <Dot state="busy" />
      {t("chat.working")}
    </p>
  );
}
