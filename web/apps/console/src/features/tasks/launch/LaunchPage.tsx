import type { Task } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Segmented, Skeleton, TextField, useToast } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Crumbs } from "../../../shared/Crumbs.tsx";
import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useLaunch, useTask } from "../queries.ts";
import { askedOf, draftOf, inputOf, keepsBudget, NEW, type Draft, type Faults, type Field } from "./draft.ts";
import { PlaceFields } from "./PlaceFields.tsx";

import "./LaunchPage.css";

/** A new task, or one that is changed: what is to be done, where, and how far it may go. */
export function LaunchPage({ taskId }: { taskId: string | null }) {
  const t = useTranslator();
  const task = useTask(taskId);
  const title = t(taskId === null ? "tasks.newTitle" : "tasks.editTitle");
  useTitle(title);
  return (
    <Page title={title} {...(taskId === null ? { description: t("tasks.newText") } : {})} before={<Crumb />}>
      {task.error ? (
        <Banner tone="danger" role="alert" title={t("tasks.loadFailed")} action={<Button onPress={() => void task.refetch()}>{t("app.retry")}</Button>}>
          {t.error(task.error)}
        </Banner>
      ) : taskId !== null && !task.data ? (
        <Skeleton label={t("app.loading")} lines={6} isBlock />
      ) : (
        <LaunchForm key={taskId} task={task.data ?? null} />
      )}
    </Page>
  );
}

function Crumb() {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/tasks">{t("tasks.title")}</Link>
    </Crumbs>
  );
}

function LaunchForm({ task }: { task: Task | null }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { save, launch } = useLaunch(task && { task, asked: askedOf(task) });
  const [draft, setDraft] = useState<Draft>(() => (task ? draftOf(task) : NEW));
  const [faults, setFaults] = useState<Faults>({});
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const errorOf = (field: Field) => (faults[field] ? t(`tasks.fault.${faults[field]}`) : null);
  const error = save.error ?? launch.error;

  const submit = async ({ thenLaunch }: { thenLaunch: boolean }) => {
    const read = inputOf(draft, task);
    setFaults("faults" in read ? read.faults : {});
    if ("faults" in read) return;
    if (!thenLaunch) {
      await save.mutateAsync(read.input);
      toast({ text: t("app.saved") });
      await navigate({ to: "/tasks" });
      return;
    }
    save.reset();
    const run = await launch.mutateAsync(read.input);
    await navigate({ to: "/task-runs/$runId", params: { runId: run.id } });
  };
  // What went wrong is said by the mutations themselves.
  const send = (thenLaunch: boolean) => void submit({ thenLaunch }).catch(() => undefined);
  return (
    <form
      className="LaunchPage"
      data-testid="task-form"
      onSubmit={(event) => {
        event.preventDefault();
        send(true);
      }}
    >
      {task?.system && (
        <p className="LaunchPage-note">
          {t("tasks.ofSystem", { name: task.system.name })}{" "}
          <Link to="/systems/$systemId" params={{ systemId: task.system.id }}>
            {t("tasks.fillInAnew")}
          </Link>
        </p>
      )}
      <TextField
        label={task?.system ? t("app.optionalLabel", { label: t("tasks.further") }) : t("tasks.text")}
        description={t("tasks.textHint")}
        value={draft.text}
        onChange={(text) => change({ text })}
        error={errorOf("text")}
        rows={6}
        autoFocus={task === null}
        isRequired={!task?.system}
        maxLength={100_000}
      />
      <TextField
        label={t("app.optionalLabel", { label: t("tasks.name") })}
        value={draft.title}
        onChange={(title) => change({ title })}
        maxLength={200}
      />
      <PlaceFields place={draft} onChange={change} labelsError={errorOf("labels")} />
      <div>
        <Segmented
          label={t("tasks.approval.label")}
          value={draft.mayAsk ? "ask" : "deny"}
          options={[
            { value: "ask", label: t("tasks.approval.ask") },
            { value: "deny", label: t("tasks.approval.deny") },
          ]}
          onChange={(mode) => change({ mayAsk: mode === "ask" })}
        />
        <p className="LaunchPage-note">{t(draft.mayAsk ? "tasks.approval.askText" : "tasks.approval.denyText")}</p>
      </div>
      <fieldset className="LaunchPage-limits">
        <legend className="LaunchPage-legend">{t("tasks.limits")}</legend>
        <div className="LaunchPage-row">
          {keepsBudget(draft) && (
            <>
              <TextField label={t("tasks.money")} value={draft.money} onChange={(money) => change({ money })} error={errorOf("money")} inputMode="decimal" placeholder={t("tasks.noLimit")} />
              <TextField label={t("tasks.tokens")} value={draft.tokens} onChange={(tokens) => change({ tokens })} error={errorOf("tokens")} inputMode="numeric" placeholder={t("tasks.noLimit")} />
            </>
          )}
          <TextField label={t("tasks.minutes")} value={draft.minutes} onChange={(minutes) => change({ minutes })} error={errorOf("minutes")} inputMode="decimal" placeholder={t("tasks.noLimit")} />
        </div>
        <p className="LaunchPage-note">{t(keepsBudget(draft) ? "tasks.limitsText" : "tasks.noBudgetThere")}</p>
        {task?.budgetId && <p className="LaunchPage-note">{t("tasks.sharedBudget")}</p>}
      </fieldset>
      {(draft.where === "hosts" || draft.where.startsWith("host:")) && (
        <Checkbox label={t("tasks.whenLost")} isSelected={draft.goesOnElsewhere} onChange={(goesOnElsewhere) => change({ goesOnElsewhere })} />
      )}
      {error && (
        <Banner tone="danger" role="alert" title={t("tasks.saveFailed")}>
          {t.error(error)}
        </Banner>
      )}
      <div className="LaunchPage-actions">
        <Button type="submit" tone="primary" icon="play" isPending={launch.isPending} isDisabled={save.isPending} data-testid="launch-task">
          {t(task ? "tasks.saveAndLaunch" : "tasks.launch")}
        </Button>
        <Button isPending={save.isPending} isDisabled={launch.isPending} onPress={() => send(false)} data-testid="save-task">
          {t("tasks.saveOnly")}
        </Button>
      </div>
    </form>
  );
}
