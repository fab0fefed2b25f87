import type { Result, ResultStatus } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Icon, useToast } from "@openclaw/ui";

import { can, nextStep, WAY } from "../model.ts";
import { useSetStatus } from "../queries.ts";

import "./Flow.css";

/** The way from a draft to its end, and how far it is. */
export function Flow({ status }: { status: ResultStatus }) {
  const t = useTranslator();
  const at = WAY.indexOf(status);
  return (
    <ol className="Flow" aria-label={t("results.way")} data-testid="flow">
      {WAY.map((step, index) => (
        <li key={step} className="Flow-step" data-state={index < at ? "past" : index === at ? "now" : "ahead"} {...(index === at ? { "aria-current": "step" as const } : {})}>
          <span className="Flow-mark">{index < at ? <Icon name="check" size={12} /> : index + 1}</span>
          <span className="Flow-name">{t(`results.status.${step}`)}</span>
        </li>
      ))}
    </ol>
  );
}

/** What a person can say about it now, the likeliest first. A newer version than the one on the page is not meant. */
export function FlowButtons({ result, publish }: { result: Result; publish: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const change = useSetStatus(result.id);
  const next = nextStep(result);
  const others = result.statuses.filter((status) => status !== next && status !== "archived");
  const canRepublish = next !== "publish" && can(result, "publish");
  const go = (status: ResultStatus) =>
    change.mutate({ status, version: result.version }, { onError: (error) => toast({ text: t.error(error), tone: "danger" }) });
  return (
    <>
      {others.map((status) => (
        <Button key={status} onPress={() => go(status)} isPending={change.isPending && change.variables.status === status} data-testid={`to-${status}`}>
          {t(wordOf(result.status, status))}
        </Button>
      ))}
      {canRepublish && (
        <Button icon="globe" onPress={publish} data-testid="to-publish">
          {t("results.publishAgain")}
        </Button>
      )}
      {next === "publish" && (
        <Button tone="primary" icon="globe" onPress={publish} data-testid="to-publish">
          {t("results.publish")}
        </Button>
      )}
      {next !== null && next !== "publish" && (
        <Button tone="primary" onPress={() => go(next)} isPending={change.isPending && change.variables.status === next} data-testid={`to-${next}`}>
          {t(wordOf(result.status, next))}
        </Button>
      )}
    </>
  );
}

/** The same end has another word from another place: an approved one that waits is held back, an archived one returns. */
function wordOf(from: ResultStatus, to: ResultStatus) {
  if (from === "archived") return "results.bringBack";
  if (from === "ready_to_publish" && to === "approved") return "results.holdBack";
  if (from === "complete") return "results.reopen";
  return `results.step.${to as Exclude<ResultStatus, "published" | "archived">}` as const;
}
