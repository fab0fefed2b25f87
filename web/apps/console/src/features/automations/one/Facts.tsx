import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Skeleton } from "@openclaw/ui";
import type { ReactNode } from "react";

import { ThingLink } from "../../../shared/addresses.tsx";
import { FireList } from "../edit/NextFires.tsx";
import { NEEDED, readText } from "../model/draft.ts";
import { useChosenName, useNextFires, type Choosable } from "../queries.ts";
import { actionWords, spanWords, triggerWords } from "../words.ts";

import "./Facts.css";

const CHOOSABLE: readonly string[] = ["run_workflow", "run_task", "publish"];

/** What an automation does, in words. */
export function Facts({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const { id, enabled, trigger, condition, success, overlap, maxConsecutiveFailures, expectedEverySeconds } = automation;
  const isTimed = trigger.kind === "schedule" || trigger.kind === "interval";
  const next = useNextFires(id, isTimed);
  return (
    <dl className="Facts">
      <Fact name={t("automations.when")}>{triggerWords(t, trigger)}</Fact>
      <Fact name={t("automations.what")}>
        <Action automation={automation} />
      </Fact>
      {condition && (
        <Fact name={t("automations.condition")}>
          <code>{condition}</code>
        </Fact>
      )}
      {success && (
        <Fact name={t("automations.success")}>
          <code>{success}</code>
        </Fact>
      )}
      {isTimed && <Fact name={t("automations.misfire")}>{t(`automations.misfire.${trigger.misfire}`)}</Fact>}
      {trigger.kind === "schedule" && (
        <Fact name={t("automations.clocks")}>
          {t(`automations.skippedHour.${trigger.skippedHour}`)} · {t(`automations.repeatedHour.${trigger.repeatedHour}`)}
        </Fact>
      )}
      <Fact name={t("automations.overlap")}>{t(`automations.overlap.${overlap}`)}</Fact>
      <Fact name={t("automations.guard")}>
        {t.count("automations.guardText", maxConsecutiveFailures)}
        {expectedEverySeconds !== null && ` ${t("automations.guardSilent", { span: spanWords(t, expectedEverySeconds) })}`}
      </Fact>
      {isTimed && (
        <Fact name={t(enabled ? "automations.nextTen" : "automations.nextIfOn")}>
          {next.error ? t.error(next.error) : next.data ? <FireList times={next.data} zone={trigger.kind === "schedule" ? trigger.zone : null} /> : <Skeleton label={t("app.loading")} lines={2} />}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="Facts-one">
      <dt className="Facts-name">{name}</dt>
      <dd className="Facts-text">{children}</dd>
    </div>
  );
}

/** The action with the name of what it is about. */
function Action({ automation: { action } }: { automation: Automation }) {
  const t = useTranslator();
  const { kind, config } = action;
  const about = config[NEEDED[kind] ?? ""];
  const id = CHOOSABLE.includes(kind) && typeof about === "string" ? about : null;
  const name = useChosenName(id === null ? null : (kind as Choosable), id);
  const said = actionWords(t, action);
  if (id !== null) {
    return (
      <>
        {said}
        {t("app.colon")}
        <ThingLink id={id}>{name.data ?? (name.error ? t("automations.choiceGone") : "…")}</ThingLink>
      </>
    );
  }
  return about === undefined ? <>{said}</> : <>{[said, readText(about)].join(t("app.colon"))}</>;
}
