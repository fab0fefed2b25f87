import { useTranslator } from "@openclaw/i18n";
import type { LiveMessage } from "@openclaw/realtime";
import { Banner, Button, Dot, Icon } from "@openclaw/ui";
import { memo, useMemo, useState } from "react";

import { ToolSteps } from "../../agents/index.ts";
import { blocksOf, readableText, textOfMessage } from "../model.ts";
import { MessageEditor } from "./MessageEditor.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import { MessageText } from "./MessageText.tsx";
import type { MessageActions } from "./useMessageActions.ts";

import "./MessageItem.css";

export interface MessageItemProps {
  message: LiveMessage;
  /** Null where it is only read: nothing goes on from here. */
  actions: MessageActions | null;
  isLastAnswer: boolean;
  /** A run is under way: nothing that would start another is offered. */
  isLocked: boolean;
  /** Pi keeps the history, and goes on from its end only. */
  isPi: boolean;
  /** The machine that keeps the words, where the server may not. */
  keptOn: string | null;
  /** The page says elsewhere why it failed. */
  isFailureTold?: boolean;
}

export const MessageItem = memo(function MessageItem({ message, actions, isLastAnswer, isLocked, isPi, keptOn, isFailureTold = false }: MessageItemProps) {
  return message.role === "user" ? (
    <Question message={message} actions={actions} isLocked={isLocked} isPi={isPi} keptOn={keptOn} />
  ) : (
    <Answer message={message} actions={actions} canRetry={isLastAnswer && !isLocked} isPi={isPi} keptOn={keptOn} isFailureTold={isFailureTold} />
  );
});

interface QuestionProps {
  message: LiveMessage;
  actions: MessageActions | null;
  isLocked: boolean;
  isPi: boolean;
  keptOn: string | null;
}

function Question({ message, actions, isLocked, isPi, keptOn }: QuestionProps) {
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
            actions?.resend(message, next);
          }}
        />
      ) : (
        <div className="MessageItem-asked">
          {text === "" && keptOn !== null ? <KeptThere device={keptOn} /> : <p className="MessageItem-question">{readableText(message)}</p>}
          <div className="MessageItem-menu">
            <MessageMenu message={message} actions={actions} isPi={isPi} {...(isLocked ? {} : { onEdit: () => setEditing(true) })} />
          </div>
        </div>
      )}
    </article>
  );
}

interface AnswerProps {
  message: LiveMessage;
  actions: MessageActions | null;
  canRetry: boolean;
  isPi: boolean;
  keptOn: string | null;
  isFailureTold: boolean;
}

function Answer({ message, actions, canRetry, isPi, keptOn, isFailureTold }: AnswerProps) {
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
      {keptOn !== null && message.state === "complete" && blocks.every(({ kind }) => kind !== "text") && <KeptThere device={keptOn} />}
      {message.state === "failed" && isFailureTold && <p className="MessageItem-note">{t("chat.failed")}</p>}
      {message.state === "failed" && !isFailureTold && (
        <Banner
          tone="danger"
          role="status"
          title={t("chat.failed")}
          action={
            canRetry && (
              <Button size="s" icon="refresh" onPress={() => actions?.retry(message)}>
                {t("chat.retry")}
              </Button>
            )
          }
        >
          {message.error?.title}
        </Banner>
      )}
      {message.state === "aborted" && <p className="MessageItem-note">{t("chat.aborted")}</p>}
      {!isRunning && <MessageMenu message={message} actions={actions} isPi={isPi} {...(canRetry ? { onRetry: () => actions?.retry(message) } : {})} />}
    </article>
  );
}

/** In the place of words that the server does not keep. */
function KeptThere({ device }: { device: string }) {
  const t = useTranslator();
  return (
    <p className="MessageItem-note" data-testid="kept-there">
      <Icon name="shield" size={14} />
      {t("chat.keptThere", { device })}
    </p>
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
