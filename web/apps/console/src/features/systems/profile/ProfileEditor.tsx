import { isApiError, type SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Section, TextField, useToast } from "@openclaw/ui";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { propertiesOf } from "../../../shared/form/schema.ts";
import { isRecord } from "../../../shared/json.ts";
import { useSystem } from "../../../shared/useSystem.ts";
import { useProfileCheck, useUpdateSystem } from "../queries.ts";
import type { Editing } from "./editing.ts";
import { MemoryFields } from "./MemoryFields.tsx";
import { changedFields, draftOf, rebase, type Draft, type Field, type Profile } from "./profile.ts";
import { fieldWords, goToPart, placeId } from "./places.ts";
import { ProblemList } from "./ProfileProblems.tsx";
import { fieldOfPlace, missing, placed, problemsOf, type Placed } from "./problems.ts";
import { PromptFields, StageFields } from "./PromptFields.tsx";
import { ResultFields } from "./ResultFields.tsx";
import { ModelFields, PermissionFields, RoutingFields } from "./ProfileRules.tsx";
import { TeamFields } from "./TeamFields.tsx";

import "./ProfileEditor.css";

/** Writing is checked once it pauses so long. */
const PAUSE_MS = 500;

/** A profile in parts, saved as one: what others change meanwhile is shown in words and never overwritten unseen. */
export function ProfileEditor({ system, initial }: { system: SystemDetail; initial: Draft }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const update = useUpdateSystem(system.id);
  const fresh = useSystem(system.id);
  const [base, setBase] = useState({ version: system.version, draft: initial });
  const [draft, setDraft] = useState(initial);
  const [isTried, setTried] = useState(false);
  const [isSchemaWrong, setSchemaWrong] = useState(false);
  const [refused, setRefused] = useState<{ draft: Draft; problems: Placed[] } | null>(null);
  const changed = changedFields(base.draft, draft);
  const isDirty = changed.length > 0 || isSchemaWrong;
  const theirs = system.version === base.version ? null : draftOf(system);
  const rebased = theirs && rebase(base.draft, draft, theirs);
  const isSaving = update.isPending;
  const isOvertaken = rebased !== null && rebased.theirs.length > 0 && isDirty && !isSaving;

  // What nobody here has touched follows the others; so does a version that says nothing new.
  useEffect(() => {
    if (!theirs || !rebased || isOvertaken || isSaving) return;
    setBase({ version: system.version, draft: theirs });
    setDraft(rebased.draft);
  }, [isOvertaken, isSaving, rebased, system.version, theirs]);

  const settled = useSettled(draft.profile);
  const check = useProfileCheck(settled, isDirty && settled === draft.profile);
  const found = refused?.draft === draft ? refused.problems : isDirty ? placed(check.data ?? [], settled) : [];
  const empty = missing(draft);
  const gaps = empty.filter((path) => isTried || found.some((one) => one.path === path));
  const problemAt = (path: string) => (gaps.includes(path) ? t("form.required") : (found.find((one) => one.path === path)?.message ?? null));
  const hasProblem = (path: string) => [...gaps, ...found.map((one) => one.path)].some((one) => one === path || one.startsWith(`${path}.`));
  const shown: Placed[] = [...gaps.map((path) => ({ path, message: t("form.required") })), ...found.filter(({ path }) => !gaps.includes(path))];

  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => isDirty,
    withResolver: true,
  });
  const change = (part: Partial<Profile>) => setDraft((now) => ({ ...now, profile: { ...now.profile, ...part } }));
  const take = (saved: SystemDetail) => {
    const now = draftOf(saved);
    if (!now) return;
    setBase({ version: saved.version, draft: now });
    setDraft(now);
    setTried(false);
  };
  const save = () => {
    setTried(true);
    if (missing(draft).length > 0 || isSchemaWrong || !isDirty) return;
    const { name, description, profile } = draft;
    update.mutate(
      { body: { name: name.trim(), description, profile: { ...profile } }, version: base.version },
      {
        onSuccess: (saved) => {
          take(saved);
          toast({
            text: t("systemProfile.saved"),
            action: { label: t("systems.part.vault"), run: () => void navigate({ to: "/systems/$systemId/$part", params: { systemId: system.id, part: "vault" } }) },
          });
        },
        onError: (error) => {
          const problems = problemsOf(error);
          if (problems) setRefused({ draft, problems: placed(problems, draft.profile) });
          if (isApiError(error, "systems.changed_meanwhile")) void fresh.refetch();
        },
      },
    );
  };
  const discard = () => {
    setDraft(base.draft);
    setSchemaWrong(false);
    setTried(false);
    update.reset();
  };
  const editing: Editing = { profile: draft.profile, change, problemAt, hasProblem };
  const { properties } = isRecord(system.intake["schema"]) ? { properties: propertiesOf(system.intake["schema"]).map(([name]) => name) } : { properties: [] };
  const isOtherError = update.error && !problemsOf(update.error) && !isApiError(update.error, "systems.changed_meanwhile");
  return (
    <div className="ProfileEditor" data-testid="profile-editor">
      {isOvertaken && theirs && (
        <div id={placeId("overtaken")}>
          <Banner tone="attention" role="alert" title={t("systemProfile.overtaken")} data-testid="overtaken">
            <p>{t("systemProfile.theyChanged", { fields: fieldWords(t, rebased.theirs) })}</p>
            <p>{rebased.both.length > 0 ? t("systemProfile.bothChanged", { fields: fieldWords(t, rebased.both) }) : t("systemProfile.nothingBoth")}</p>
            <div className="ProfileEditor-choices">
              <Button
                size="s"
                onPress={() => {
                  setBase({ version: system.version, draft: theirs });
                  setDraft(rebased.draft);
                  update.reset();
                }}
                data-testid="keep-mine"
              >
                {t("systemProfile.keepMine")}
              </Button>
              <Button
                size="s"
                onPress={() => {
                  setBase({ version: system.version, draft: theirs });
                  setDraft(theirs);
                  update.reset();
                }}
              >
                {t("systemProfile.takeTheirs")}
              </Button>
            </div>
          </Banner>
        </div>
      )}
      {isTried && shown.length > 0 && <ProblemList problems={shown} />}
      {isOtherError && (
        <Banner tone="danger" role="alert">
          {t.error(update.error)}
        </Banner>
      )}
      <div>
        <Section title={t("systemProfile.basics")}>
          <div className="ProfileEditor-fields" id={placeId("name")}>
            <TextField label={t("systems.name")} value={draft.name} onChange={(name) => setDraft({ ...draft, name })} maxLength={100} error={problemAt("name")} isRequired />
            <TextField label={t("app.optionalLabel", { label: t("systemProfile.description") })} value={draft.description} onChange={(description) => setDraft({ ...draft, description })} rows={2} maxLength={2000} />
          </div>
        </Section>
        <TeamFields {...editing} />
        <PromptFields {...editing} fields={properties} />
        <StageFields {...editing} fields={properties} />
        <ResultFields {...editing} onFault={(fault) => setSchemaWrong(fault !== null)} />
        <MemoryFields {...editing} />
        <RoutingFields {...editing} />
        <PermissionFields {...editing} />
        <ModelFields {...editing} />
      </div>
      {isDirty && (
        <div className="ProfileEditor-bar" role="region" aria-label={t("systemProfile.unsaved")}>
          <p className="ProfileEditor-changed">{isOvertaken ? t("systemProfile.overtaken") : t("systemProfile.unsavedFields", { fields: fieldWords(t, isSchemaWrong ? [...new Set<Field>([...changed, "resultSchema"])] : changed) })}</p>
          {(isOvertaken || (isTried && shown.length > 0)) && (
            <Button tone="quiet" icon="alert" onPress={() => goToPart(isOvertaken ? "overtaken" : (fieldOfPlace(shown[0]?.path ?? "") ?? "name"))}>
              {isOvertaken ? t("systemProfile.look") : t.count("systemProfile.problems", shown.length)}
            </Button>
          )}
          <Button onPress={discard} isDisabled={isSaving}>
            {t("systemProfile.discard")}
          </Button>
          <Button tone="primary" onPress={save} isPending={isSaving} isDisabled={isOvertaken} data-testid="save-profile">
            {t("app.save")}
          </Button>
        </div>
      )}
      <Confirm
        isOpen={blocker.status === "blocked"}
        title={t("systemProfile.leaveTitle")}
        text={t("systemProfile.leaveText")}
        actionLabel={t("systemProfile.leave")}
        onClose={() => blocker.reset?.()}
        onConfirm={() => blocker.proceed?.()}
      />
    </div>
  );
}

/** The value once it has been the same for a while. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  const latest = useRef(value);
  latest.current = value;
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(latest.current), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}
