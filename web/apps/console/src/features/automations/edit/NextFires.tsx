import { isApiError, type FireTimes } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";

import { useSettled } from "../../../shared/useSettled.ts";
import { faultsOf, triggerOf, type Draft } from "../model/draft.ts";
import { firesOf } from "../model/fires.ts";
import { usePreview } from "../queries.ts";

import "./NextFires.css";

const TYPING_MS = 250;
const OWN = ["cron", "zone", "seconds"];

/** When what is being written would be due. */
export function NextFires({ draft }: { draft: Draft }) {
  const t = useTranslator();
  const faults = faultsOf(draft);
  const isWhole = OWN.every((place) => !faults[place]);
  const asked = useSettled(isWhole ? JSON.stringify(triggerOf(draft)) : null, TYPING_MS);
  const preview = usePreview(asked === null ? null : JSON.parse(asked));
  const reason = isApiError(preview.error, "request.invalid") ? String(preview.error.data["reason"] ?? "") : null;
  return (
    <div className="NextFires" data-testid="next-fires">
      <h3 className="NextFires-title">{t("automations.nextTen")}</h3>
      <div role="status">
        {!isWhole && <p className="NextFires-none">{t("automations.nextUnfinished")}</p>}
        {isWhole && preview.error && <p className="NextFires-wrong">{reason ? t("automations.cronWrong", { reason }) : t.error(preview.error)}</p>}
      </div>
      {isWhole && preview.data && <FireList times={preview.data} zone={draft.kind === "schedule" ? draft.zone : null} />}
    </div>
  );
}

/** Times on the clocks of a zone, with a mark where those are changed; `zone` null is the reader's own. */
export function FireList({ times, zone }: { times: FireTimes; zone: string | null }) {
  const t = useTranslator();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const shown = zone ?? own;
  const format = new Intl.DateTimeFormat(t.locale, { weekday: "short", year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: shown });
  if (times.items.length === 0) return <p className="NextFires-none">{t("automations.nextNone")}</p>;
  return (
    <ol className="NextFires-list">
      {firesOf(times).map(({ at, isChanged, offset }) => (
        <li key={at} className="NextFires-item">
          <time dateTime={at}>{format.format(new Date(at))}</time>
          {isChanged && <span className="NextFires-changed">{t("automations.clocksChange", { offset })}</span>}
          {zone !== null && zone !== own && <span className="NextFires-own">{t("automations.ownTime", { when: t.format.dateTime(at) })}</span>}
        </li>
      ))}
    </ol>
  );
}
