import { useTranslator } from "@openclaw/i18n";
import { Banner, Checkbox, Select, Skeleton, TextField } from "@openclaw/ui";
import { useId } from "react";

import { SchemaForm } from "../../../shared/form/SchemaForm.tsx";
import { JsonField } from "../../../shared/form/TypedFields.tsx";
import { isRecord, isSame } from "../../../shared/json.ts";
import { configOf, readText, setField, withConfig, writeText } from "../model/draft.ts";
import { useKinds } from "../queries.ts";
import { actionWords } from "../words.ts";
import { Chooser } from "./Chooser.tsx";
import type { Form } from "./EditAutomationPage.tsx";

import "./ActionFields.css";

/** The artifact that the event is about, as the server fills it in. */
const OF_EVENT = { $expr: "input.artifactId" };
/** The usual ones first. */
const ORDER = ["run_task", "run_workflow", "notify", "publish", "call_webhook"];

/** What it does, and what that wants to know. */
export function ActionFields(form: Form) {
  const { draft, change } = form;
  const t = useTranslator();
  const kinds = useKinds();
  const known = kinds.data?.actions.map(({ kind }) => kind) ?? [];
  const sorted = [...new Set([...ORDER.filter((kind) => known.includes(kind)), ...known, draft.action])];
  return (
    <div className="ActionFields">
      {kinds.error && <Banner tone="danger">{t.error(kinds.error)}</Banner>}
      {kinds.isPending ? (
        <Skeleton label={t("app.loading")} lines={1} isBlock />
      ) : (
        <Select label={t("automations.actionLabel")} value={draft.action} options={sorted.map((value) => ({ value, label: actionWords(t, { kind: value }) }))} onChange={(action) => change({ action })} data-testid="action" />
      )}
      <Config {...form} />
    </div>
  );
}

function Config(form: Form) {
  const { draft, change, problemAt } = form;
  const t = useTranslator();
  const kinds = useKinds();
  const config = configOf(draft);
  const put = (name: string, value: unknown) => change(withConfig(draft, setField(config, name, value)));
  const problem = (name: string) => problemAt(`action.config.${name}`);
  switch (draft.action) {
    case "run_task":
      return <Chooser key="task" what="run_task" value={config["taskId"]} onChange={(id) => put("taskId", id)} problem={problem("taskId")} />;
    case "run_workflow":
      return (
        <>
          <Chooser key="workflow" what="run_workflow" value={config["workflowId"]} onChange={(id) => put("workflowId", id)} problem={problem("workflowId")} />
          <JsonField
            label={t("app.optionalLabel", { label: t("automations.workflowInput") })}
            description={t("automations.workflowInputText")}
            schema={{}}
            value={config["input"]}
            onChange={(input) => put("input", isRecord(input) && Object.keys(input).length > 0 ? input : undefined)}
            onFault={() => undefined}
            problem={problem("input")}
            isNeeded={false}
            isLive
            isWhole
            rows={3}
          />
        </>
      );
    case "publish":
      return <PublishFields {...form} />;
    case "notify":
      return (
        <>
          <TextField label={t("automations.noticeTitle")} value={readText(config["title"])} onChange={(text) => put("title", writeText(text))} error={problem("title")} isRequired maxLength={200} description={t("automations.fillText")} />
          <TextField label={t("app.optionalLabel", { label: t("automations.noticeBody") })} value={readText(config["body"])} onChange={(text) => put("body", text ? writeText(text) : undefined)} error={problem("body")} maxLength={5000} rows={3} />
        </>
      );
    case "call_webhook":
      return (
        <>
          <TextField label={t("automations.url")} type="url" value={readText(config["url"])} onChange={(text) => put("url", writeText(text))} error={problem("url")} isRequired maxLength={2000} placeholder="https://" description={t("automations.urlText")} />
          <JsonField
            label={t("app.optionalLabel", { label: t("automations.hookBody") })}
            description={t("automations.hookBodyText")}
            schema={{}}
            value={config["body"]}
            onChange={(body) => put("body", body)}
            onFault={() => undefined}
            problem={problem("body")}
            isNeeded={false}
            isLive
            rows={4}
          />
        </>
      );
    default: {
      // An action of a newer server: by its own schema.
      const schema = kinds.data?.actions.find(({ kind }) => kind === draft.action)?.configSchema;
      return schema ? <SchemaForm kind="definition" schema={schema} value={config} onChange={(next) => change(withConfig(draft, next))} problemAt={(path) => problem(path)} /> : null;
    }
  }
}

function PublishFields({ draft, change, problemAt }: Form) {
  const t = useTranslator();
  const note = useId();
  const config = configOf(draft);
  const put = (name: string, value: unknown) => change(withConfig(draft, setField(config, name, value)));
  const isAboutEvent = isSame(config["artifactId"], OF_EVENT);
  const canBe = draft.kind === "event" && draft.event.startsWith("artifact.");
  return (
    <>
      {(canBe || isAboutEvent) && <Checkbox label={t("automations.resultOfEvent")} isSelected={isAboutEvent} onChange={(isOn) => put("artifactId", isOn ? OF_EVENT : undefined)} />}
      {!isAboutEvent && <Chooser key="result" what="publish" value={config["artifactId"]} onChange={(id) => put("artifactId", id)} problem={problemAt("action.config.artifactId")} />}
      <p className="ActionFields-note" id={note}>
        {t("automations.publishText")}
      </p>
      <TextField
        label={t("app.optionalLabel", { label: t("automations.slug") })}
        value={readText(config["slug"])}
        onChange={(slug) => put("slug", slug)}
        error={problemAt("action.config.slug")}
        description={t("automations.slugText")}
        isMono
      />
    </>
  );
}
