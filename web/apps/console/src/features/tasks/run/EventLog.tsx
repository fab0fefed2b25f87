import type { TaskEvent, TaskRun } from "@openclaw/api";
import { useTranslator, type Translator } from "@openclaw/i18n";
import { Banner, Button, CopyButton } from "@openclaw/ui";
import { useId, useState } from "react";

import { detailOf, isChained } from "../model.ts";

import "./EventLog.css";

const SHORT = 12;

/** The log as it was written, each entry bound to the one before by its hash; closed until somebody wants it. */
export function EventLog({ run, events, error }: { run: TaskRun; events: readonly TaskEvent[]; error: Error | null }) {
  const t = useTranslator();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const last = events.at(-1);
  return (
    <section className="EventLog" aria-label={t("taskRun.log")}>
      <div className="EventLog-toggle">
        <Button icon={isOpen ? "chevronDown" : "chevronRight"} tone="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)} data-testid="task-log">
          {t.count("taskRun.entries", run.eventSeq)}
        </Button>
      </div>
      {isOpen && (
        <div id={id} className="EventLog-body">
          {error && <Banner tone="danger">{t.error(error)}</Banner>}
          {last && (
            <p className="EventLog-end">
              <span>{t(isChained(events) ? "taskRun.chained" : "taskRun.broken")}</span>
              <code title={last.hash}>{last.hash.slice(0, SHORT)}…</code>
              <CopyButton text={last.hash} labels={{ copy: t("taskRun.copyHash"), copied: t("app.copied") }} isIconOnly />
            </p>
          )}
          <ol className="EventLog-entries">
            {events.map((event) => (
              <li key={event.seq} className="EventLog-entry" data-testid="task-event" data-kind={event.kind}>
                <span className="EventLog-seq">{event.seq}</span>
                <time className="EventLog-at" dateTime={event.at}>
                  {t.format.instant(event.at)}
                </time>
                <span className="EventLog-words">
                  {wordsOf(t, event)} {detailOf(event) && <code>{detailOf(event)}</code>}
                </span>
                <code className="EventLog-hash" title={event.hash}>
                  {event.hash.slice(0, SHORT)}
                </code>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function wordsOf(t: Translator, { kind, data }: TaskEvent): string {
  if (kind === "state") return t(`taskRun.state.${data["to"] as TaskRun["state"]}`);
  return t(`taskRun.event.${kind}`);
}
