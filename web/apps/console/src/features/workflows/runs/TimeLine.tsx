import { useTranslator, type Translator } from "@openclaw/i18n";
import { Badge, Button, IconButton } from "@openclaw/ui";

import type { Moment } from "./moments.ts";

import "./TimeLine.css";

export interface TimeLineProps {
  moments: readonly Moment[];
  index: number;
  /** Null: follow the run to its newest moment. */
  onChoose: (key: string | null) => void;
  /** Nobody has chosen a moment, and the run goes on. */
  isLive: boolean;
}

/** What happened at a moment, in words. */
function momentWords(t: Translator, { kind, path, status, attempt }: Moment): string {
  const step = path ?? "";
  switch (kind) {
    case "run-started":
      return t("timeline.runStarted");
    case "run-ended":
      return t("timeline.runEnded", { state: t(`workflowRun.state.${status as "completed"}`) });
    case "reused":
      return t("timeline.reused", { step });
    case "tried":
      return t("timeline.tried", { step, count: attempt });
    case "started":
      return t(status === "waiting" ? "timeline.waits" : "timeline.started", { step });
    case "ended":
      return t("timeline.ended", { step, state: t(`canvas.status.${status as "completed"}`) });
  }
}

/** Travel through what has happened in a run, moment by moment: with the slider, its keys, or the buttons. */
export function TimeLine({ moments, index, onChoose, isLive }: TimeLineProps) {
  const t = useTranslator();
  const last = moments.length - 1;
  const moment = moments[index];
  const first = moments[0];
  if (!moment || !first) return null;
  const words = momentWords(t, moment);
  const time = t.format.instant(moment.at / 1000);
  const since = (moment.at - first.at) / 1000;
  const after = since > 0 ? t("timeline.after", { time: t.format.span(since) }) : "";
  const go = (to: number) => onChoose(to >= last ? null : (moments[Math.max(0, to)]?.key ?? null));
  return (
    <section className="TimeLine" aria-label={t("timeline.label")} data-testid="timeline" data-moment={moment.key}>
      <div className="TimeLine-bar">
        <IconButton icon="first" size="s" label={t("timeline.first")} isDisabled={index === 0} onPress={() => go(0)} data-testid="moment-first" />
        <IconButton icon="chevronLeft" size="s" label={t("timeline.previous")} isDisabled={index === 0} onPress={() => go(index - 1)} data-testid="moment-previous" />
        <div className="TimeLine-track">
          <Marks moments={moments} />
          <input
            className="TimeLine-slider"
            type="range"
            min={0}
            max={last}
            step={1}
            value={index}
            aria-label={t("timeline.label")}
            aria-valuetext={`${time}, ${words}`}
            data-testid="moment-slider"
            onChange={({ currentTarget }) => go(Number(currentTarget.value))}
          />
        </div>
        <IconButton icon="chevronRight" size="s" label={t("timeline.next")} isDisabled={index === last} onPress={() => go(index + 1)} data-testid="moment-next" />
        <IconButton icon="last" size="s" label={t("timeline.last")} isDisabled={index === last} onPress={() => go(last)} data-testid="moment-last" />
      </div>
      <p className="TimeLine-words" aria-live="polite">
        <span className="TimeLine-time">{time}</span>
        <span className="TimeLine-after">{after}</span>
        <span className="TimeLine-what" data-testid="moment-words">
          {words}
        </span>
        {isLive ? (
          <Badge tone="accent">{t("timeline.live")}</Badge>
        ) : (
          index < last && (
            <span className="TimeLine-back">
              <Badge tone="attention">{t("timeline.past")}</Badge>
              <Button size="s" tone="quiet" onPress={() => onChoose(null)}>
                {t("timeline.back")}
              </Button>
            </span>
          )
        )}
      </p>
    </section>
  );
}

/** Where on the way something failed. */
function Marks({ moments }: { moments: readonly Moment[] }) {
  const last = Math.max(1, moments.length - 1);
  const marked = moments.flatMap(({ kind, status }, at) => (kind === "tried" || (kind === "ended" && status === "failed") ? [at] : []));
  return (
    <svg className="TimeLine-marks" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {marked.slice(0, 200).map((at) => (
        <rect key={at} x={(at / last) * 1000 - 1.5} y={0} width={3} height={10} />
      ))}
    </svg>
  );
}
