import { isApiError, type Automation, type NewAutomation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Section, Skeleton, Switch, TextField, useToast } from "@openclaw/ui";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { isSame } from "../../../shared/json.ts";
import { newKey } from "../../../shared/newKey.ts";
import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { AutomationCrumbs } from "../AutomationCrumbs.tsx";
import { draftOf, faultsOf, inputOf, newDraft, placeOf, type Draft, type Faults } from "../model/draft.ts";
import { SecretDialog } from "../one/SecretDialog.tsx";
import { useAutomation, useAutomationEvents, useCreateAutomation, useSaveAutomation } from "../queries.ts";
import { ActionFields } from "./ActionFields.tsx";
import { RuleFields } from "./RuleFields.tsx";
import { TriggerFields } from "./TriggerFields.tsx";

import "./EditAutomationPage.css";

/** What the parts of the form share. */
export interface Form {
  draft: Draft;
  change: (change: Partial<Draft>) => void;
  /** What is wrong at a place, in words, once somebody has tried to save. */
  problemAt: (place: string) => string | null;
}

export function EditAutomationPage({ automationId }: { automationId: string | null }) {
  return automationId === null ? <Editor automation={null} onReload={null} /> : <Existing automationId={automationId} />;
}

function Existing({ automationId }: { automationId: string }) {
  const t = useTranslator();
  const automation = useAutomation(automationId, { isFresh: true });
  useAutomationEvents();
  // What is written stays, whatever happens to the automation meanwhile.
  const [first, setFirst] = useState<Automation | null>(null);
  const read = automation.isFetchedAfterMount ? automation.data : undefined;
  useEffect(() => {
    if (!first && read) setFirst(read);
  }, [first, read]);
  const base = first ?? read;
  if (base) return <Editor key={base.version} automation={base} onReload={() => void automation.refetch().then(({ data }) => data && setFirst(data))} />;
  return (
    <Page title={t("automations.editTitle")} before={<AutomationCrumbs />}>
      {automation.error ? (
        <Banner tone="danger" role="alert" title={t("automations.oneLoadFailed")} action={<Button onPress={() => void automation.refetch()}>{t("app.retry")}</Button>}>
          {t.error(automation.error)}
        </Banner>
      ) : (
        <Skeleton label={t("app.loading")} isBlock />
      )}
    </Page>
  );
}

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** `onReload`: begins anew with what somebody else has saved. */
function Editor({ automation, onReload }: { automation: Automation | null; onReload: (() => void) | null }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const form = useRef<HTMLFormElement>(null);
  const [initial] = useState<Draft>(() => (automation ? draftOf(automation, OWN_ZONE) : newDraft(OWN_ZONE)));
  const [draft, setDraft] = useState(initial);
  const [tries, setTries] = useState(0);
  const [key, setKey] = useState(newKey);
  const [made, setMade] = useState<NewAutomation | null>(null);
  const create = useCreateAutomation();
  const save = useSaveAutomation(automation?.id ?? "");
  const title = automation ? t("automations.editTitleOf", { name: automation.name }) : t("automations.newTitle");
  useTitle(title);

  // Known at once, when the page is left in the answer's own turn.
  const hasSaved = useRef(false);
  const isSaved = create.isSuccess || save.isSuccess;
  const isDirty = !isSame(draft, initial);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && !hasSaved.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty && !isSaved,
    withResolver: true,
  });

  const faults: Faults = tries > 0 ? faultsOf(draft) : {};
  const error = create.error ?? save.error;
  const refused = isApiError(error, "request.invalid") ? { place: placeOf(String(error.data["field"] ?? "")), reason: String(error.data["reason"] ?? error.message) } : null;
  const problemAt = (place: string) => {
    const fault = faults[place];
    if (fault) return t(fault === "range" ? "automations.outOfRange" : `form.${fault}`);
    return refused?.place === place ? refused.reason : null;
  };
  const change = (next: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...next }));
    setKey(newKey());
    if (error) {
      create.reset();
      save.reset();
    }
  };
  const open = (id: string) => void navigate({ to: "/automations/$automationId", params: { automationId: id } });
  useEffect(() => {
    // Once the messages are there.
    if (tries > 0 || error) form.current?.querySelector<HTMLElement>("[aria-invalid='true']")?.focus();
  }, [tries, error]);
  const submit = () => {
    setTries(tries + 1);
    if (Object.keys(faultsOf(draft)).length > 0) return;
    const body = inputOf(draft);
    if (automation) {
      save.mutate(
        { body, version: automation.version },
        {
          onSuccess: ({ id, name }) => {
            hasSaved.current = true;
            toast({ text: t("automations.saved", { name }) });
            open(id);
          },
        },
      );
    } else {
      create.mutate({ body, key }, {
        onSuccess: (one) => {
          hasSaved.current = true;
          if (one.secret || one.signingSecret) setMade(one);
          else open(one.id);
        },
      });
    }
  };
  const shared: Form = { draft, change, problemAt };
  const isPending = create.isPending || save.isPending;
  const hasPlace = refused !== null && isPlace(refused.place);
  return (
    <Page title={title} before={<AutomationCrumbs {...(automation ? { automation } : {})} />}>
      <form
        ref={form}
        className="EditAutomationPage"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="EditAutomationPage-fields">
          <TextField label={t("automations.name")} value={draft.name} onChange={(name) => change({ name })} maxLength={100} error={problemAt("name")} isRequired autoFocus={automation === null} />
          <TextField label={t("app.optionalLabel", { label: t("automations.note") })} value={draft.description} onChange={(description) => change({ description })} maxLength={2000} rows={2} error={problemAt("description")} />
        </div>
        <Section title={t("automations.when")} description={t("automations.whenText")}>
          <TriggerFields {...shared} />
        </Section>
        <Section title={t("automations.what")} description={t("automations.whatText")}>
          <ActionFields {...shared} />
        </Section>
        <Section title={t("automations.rules")} description={t("automations.rulesText")}>
          <RuleFields {...shared} />
        </Section>
        {automation === null && <Switch label={t("automations.onAtOnce")} isSelected={draft.enabled ?? true} onChange={(enabled) => change({ enabled })} />}
        {error && (
          <Banner
            tone="danger"
            role="alert"
            title={t(hasPlace ? "automations.saveRefused" : "automations.saveFailed")}
            action={onReload && isApiError(error, "automations.conflict") && <Button onPress={onReload}>{t("automations.loadLatest")}</Button>}
            data-testid="save-error"
          >
            {hasPlace ? null : t.error(error)}
          </Banner>
        )}
        <div className="EditAutomationPage-actions">
          <Button onPress={() => (automation ? open(automation.id) : void navigate({ to: "/automations" }))}>{t("app.cancel")}</Button>
          <Button tone="primary" type="submit" isPending={isPending} data-testid="save-automation">
            {t(automation ? "app.save" : "automations.create")}
          </Button>
        </div>
      </form>
      {blocker.status === "blocked" && (
        <Confirm isOpen title={t("automations.leaveTitle")} text={t("automations.leaveText")} actionLabel={t("automations.leave")} onClose={blocker.reset} onConfirm={blocker.proceed} />
      )}
      {made && <SecretDialog automation={made} secrets={made} onClose={() => open(made.id)} />}
    </Page>
  );
}

/** Places at which the form shows what is wrong; of all others the banner tells it. */
function isPlace(place: string): boolean {
  return /^(name|description|cron|zone|seconds|misfireLimit|event|condition|success|maxConsecutiveFailures|expectedEverySeconds|action\.config\.(workflowId|taskId|artifactId|slug|title|body|url|input))$/.test(place);
}
