import { useTranslator } from "@openclaw/i18n";
import type { LiveMessage } from "@openclaw/realtime";
import { CopyButton, IconButton } from "@openclaw/ui";
import { useMemo, useState } from "react";

import { UndoDialog, undoOf } from "../../agents/index.ts";
import { textOfMessage } from "../model.ts";
import type { MessageActions } from "./useMessageActions.ts";

import "./MessageMenu.css";

export interface MessageMenuProps {
  message: LiveMessage;
  actions: MessageActions | null;
  /** Pi keeps the history and the files: no branch, no undo. */
  isPi: boolean;
  onEdit?: () => void;
  onRetry?: () => void;
}

/** What can be done with a message, and what it took. */
export function MessageMenu({ message, actions, isPi, onEdit, onRetry }: MessageMenuProps) {
  const t = useTranslator();
  const text = textOfMessage(message);
  return (
    <div className="MessageMenu">
      {text !== "" && <CopyButton text={text} labels={{ copy: t("chat.copyMessage"), copied: t("app.copied") }} isIconOnly />}
      {onEdit && <IconButton icon="edit" size="s" label={t("chat.editMessage")} onPress={onEdit} data-testid="edit" />}
      {onRetry && <IconButton icon="refresh" size="s" label={t("chat.retry")} onPress={onRetry} data-testid="retry" />}
      {!isPi && actions && <IconButton icon="branch" size="s" label={t("chat.branch")} onPress={() => actions.branch(message)} data-testid="branch" />}
      {!isPi && <UndoAction message={message} />}
      <Facts message={message} />
    </div>
  );
}

/** Offered where a finished answer has changed files; afterwards it says that they were undone. */
function UndoAction({ message }: { message: LiveMessage }) {
  const t = useTranslator();
  const [isOpen, setOpen] = useState(false);
  const { canUndo, isUndone } = useMemo(() => undoOf(message.parts), [message.parts]);
  if (!canUndo || message.role !== "assistant" || message.runId === null) return null;
  return (
    <>
      <IconButton icon="undo" size="s" label={t("undo.action")} onPress={() => setOpen(true)} data-testid="undo" />
      {isUndone && <span className="MessageMenu-undone">{t("undo.undone")}</span>}
      {isOpen && <UndoDialog runId={message.runId} onClose={() => setOpen(false)} />}
    </>
  );
}

function Facts({ message }: { message: LiveMessage }) {
  const t = useTranslator();
  const { usage } = message;
  const facts = [
    ...(message.role === "assistant" ? [message.demo ? t("chat.demoAnswer") : message.model] : []),
    ...(usage && usage.inputTokens + usage.outputTokens > 0 ? [t("chat.usage", { input: t.format.compact(usage.inputTokens), output: t.format.compact(usage.outputTokens) })] : []),
    ...(usage?.costMicros ? [t("chat.cost", { cost: t.format.cost(usage.costMicros) })] : []),
  ].filter(Boolean);
  return (
    <span className="MessageMenu-facts">
      {facts.length > 0 && <span>{facts.join(" · ")}</span>}
      <time dateTime={message.createdAt} title={t.format.dateTime(message.createdAt)}>
        {t.format.relative(message.createdAt)}
      </time>
    </span>
  );
}
