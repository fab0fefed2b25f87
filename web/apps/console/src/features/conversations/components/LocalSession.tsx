import { useTranslator } from "@openclaw/i18n";
import type { LocalMessage, LocalSession as Session } from "@openclaw/realtime";
import { Badge, Button, Dot, Icon } from "@openclaw/ui";
import { useEffect, useRef } from "react";

import { useLocal, useServices } from "../../../shared/services.tsx";
import { useLocalWords } from "../../devices/index.ts";
import { MessageText } from "./MessageText.tsx";

import "./LocalSession.css";

/**
 * What the runtime on this very machine is at, read from 127.0.0.1: beside what the server knows, and said to be so.
 * Nothing shows until there is something; without an answer only this part says that it is old or missing.
 * `isOpen`: unfolded at first, where the server has nothing to show in its place.
 */
export function LocalSession({ deviceId, isOpen }: { deviceId: string | null; isOpen: boolean }) {
  const t = useTranslator();
  const { local } = useServices();
  const view = useLocal();
  const words = useLocalWords(view);
  const { state } = view;
  if (state.kind !== "live" && state.kind !== "degraded") return null;
  // A conversation with another machine has nothing to do with this one.
  if (deviceId !== null && deviceId !== state.deviceId) return null;
  const { session } = state;
  return (
    <details className="LocalSession" data-state={state.kind} data-testid="local-session" open={isOpen}>
      <summary className="LocalSession-summary">
        <Dot state={session?.isWorking && state.kind === "live" ? "busy" : words.dot} />
        <span className="LocalSession-title">{t("local.live.title")}</span>
        {state.kind === "degraded" && <Badge tone="attention">{t(session ? "local.old" : "local.missing")}</Badge>}
        {session && <span className="LocalSession-facts">{factsOf(session, t)}</span>}
        <Icon name="chevronDown" size={14} />
      </summary>
      <div className="LocalSession-body">
        <div className="LocalSession-note" role="status">
          <p>{state.kind === "live" ? t("local.live.text", { name: words.name }) : words.text}</p>
          <Button size="s" tone="quiet" icon="refresh" isPending={view.isLooking} onPress={local.retry} data-testid="local-again">
            {t("local.readAgain")}
          </Button>
        </div>
        {session && <Stream session={session} />}
      </div>
    </details>
  );
}

function factsOf(session: Session, t: ReturnType<typeof useTranslator>): string {
  const { totals } = session;
  return [
    session.name,
    session.model ?? t("local.noModel"),
    session.isWorking ? t("local.working") : t.count("local.messages", session.messageCount),
    ...(totals.tokens > 0 ? [t("local.tokens", { count: t.format.number(totals.tokens) })] : []),
    ...(totals.contextPercent === null ? [] : [t("local.context", { percent: t.format.number(Math.round(totals.contextPercent)) })]),
  ]
    .filter((fact) => fact !== null)
    .join(" · ");
}

function Stream({ session }: { session: Session }) {
  const t = useTranslator();
  const end = useRef<HTMLDivElement>(null);
  const { messages } = session;
  const last = messages.at(-1)?.key;
  // The newest is what one wants to see; it only moves when something has come.
  useEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [last]);
  if (messages.length === 0) return <p className="LocalSession-empty">{t("local.empty")}</p>;
  return (
    // Focusable, so that the keyboard can scroll it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="LocalSession-stream" ref={end} tabIndex={0} role="log" aria-label={t("local.live.title")} aria-busy={session.isWorking}>
      {messages.map((message) => (
        <Line key={message.key} message={message} />
      ))}
    </div>
  );
}

function Line({ message }: { message: LocalMessage }) {
  const { role, text, name, hasFailed } = message;
  return (
    <div className={`LocalSession-line LocalSession-line--${role}`} data-testid="local-message" data-role={role} data-failed={hasFailed || undefined}>
      {name && (
        <p className="LocalSession-name">
          <Icon name="terminal" size={14} />
          <code>{name}</code>
        </p>
      )}
      {role === "assistant" || role === "note" ? <MessageText text={text} /> : text && <p className="LocalSession-text">{text}</p>}
    </div>
  );
}
