import type { SystemDetail } from "@openclaw/api";
import { useTranslator, type Translator } from "@openclaw/i18n";
import { Banner, Button, Choices, Section, Select, TextField, type SelectOption } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";

import { useAnswer } from "../../../shared/form/AnswerForm.tsx";
import { SchemaForm } from "../../../shared/form/SchemaForm.tsx";
import { useDevices, useHosts } from "../../devices/index.ts";
import { useLaunch } from "../../tasks/index.ts";
import { usePlanLaunch } from "../queries.ts";
import { useKeeper } from "../words.ts";
import { drawField } from "./LaunchFields.tsx";
import { ANY_HOST, chosenPlace, isStopped, microsOf, needsMachine, NO_WISHES, obstacleOf, placesOf, refusedFields, schemaOf, sentOf, taskOf, type LaunchPlace, type Obstacle } from "./intake.ts";
import { LaunchPreview } from "./LaunchPreview.tsx";
import { WhatHappens } from "./WhatHappens.tsx";

import "./LaunchPart.css";

/** Work launched from a system: its form, where it works, what happens then. */
export function LaunchPart({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const schema = useMemo(() => schemaOf(system.intake), [system.intake]);
  const answer = useAnswer(schema);
  const plan = usePlanLaunch(system.id);
  const { launch } = useLaunch();
  const devices = useDevices();
  const hosts = useHosts().data?.pages.flatMap((page) => page.items) ?? [];
  const [wishes, setWishes] = useState(NO_WISHES);
  const [refused, setRefused] = useState<{ fields: Record<string, string>; value: object } | null>(null);
  const [isLimitWrong, setLimitWrong] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const [faults, setFaults] = useState(0);
  // What is wrong may be out of sight: the first of it is gone to.
  useEffect(() => {
    if (faults > 0) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faults]);
  const isMachineNeeded = needsMachine(schema);
  const places = placesOf(system, devices.data ?? [], hosts, isMachineNeeded);
  const place = chosenPlace(places, wishes.place);
  const obstacle = devices.data ? obstacleOf(system, devices.data, places, place, isMachineNeeded) : null;

  /** What is filled in; null when something is wrong, which is shown then. */
  const read = (): Record<string, unknown> | null => {
    const value = answer.read();
    const isLimitFine = microsOf(wishes.limit) !== undefined;
    setLimitWrong(!isLimitFine);
    if (!value || !isLimitFine) setFaults(faults + 1);
    return value && isLimitFine ? sentOf(schema, value) : null;
  };
  const onError = (error: unknown) => {
    const fields = refusedFields(error);
    if (!fields) return;
    setRefused({ fields, value: answer.value });
    setFaults(faults + 1);
  };
  const preview = () => {
    const intake = read();
    if (intake) plan.mutate(intake, { onError });
  };
  const submit = () => {
    const intake = read();
    if (!intake) return;
    launch.mutate(taskOf(system, intake, { ...wishes, place }), { onError, onSuccess: ({ id }) => void navigate({ to: "/task-runs/$runId", params: { runId: id } }) });
  };
  const problemAt = (path: string) => {
    const missing = answer.errors[path];
    if (missing) return t(`form.${missing}`);
    return refused?.value === answer.value ? (refused.fields[path] ?? null) : null;
  };
  const error = launch.error ?? plan.error;
  const isPlaced = error !== null && refusedFields(error) !== null;
  return (
    <div className="LaunchPart">
      <div className="LaunchPart-form" ref={form}>
        {obstacle && isStopped(obstacle) && <ObstacleBanner obstacle={obstacle} system={system} />}
        <SchemaForm kind="answer" schema={schema} order={Object.keys(schema["properties"] as object)} value={answer.value} onChange={answer.setValue} onFault={answer.setFault} problemAt={problemAt} draw={(field) => drawField(t, system.template, field)} />
        {places.length > 0 && (
          <Select
            label={t("launch.place")}
            value={place}
            options={places.map((one) => optionOf(t, one))}
            onChange={(next) => setWishes({ ...wishes, place: next })}
            {...(hosts.length > 0 && !system.allowsRemoteLaunch ? { description: t("launch.hostsNotAllowed") } : {})}
            data-testid="launch-place"
          />
        )}
        <details className="LaunchPart-more">
          <summary>{t("launch.more")}</summary>
          <div className="LaunchPart-wishes">
            <Choices<"ask" | "deny">
              label={t("launch.approvals")}
              value={wishes.approvalMode}
              options={(["ask", "deny"] as const).map((value) => ({ value, label: t(`launch.approvals.${value}`), detail: t(`launch.approvalsText.${value}`) }))}
              onChange={(approvalMode) => setWishes({ ...wishes, approvalMode })}
            />
            <TextField label={t("app.optionalLabel", { label: t("launch.limit") })} description={t("launch.limitText")} value={wishes.limit} onChange={(limit) => setWishes({ ...wishes, limit })} inputMode="decimal" error={isLimitWrong ? t("form.number") : null} />
          </div>
        </details>
        {obstacle && !isStopped(obstacle) && <ObstacleBanner obstacle={obstacle} system={system} />}
        {error && (
          <Banner tone="danger" role="alert" title={t(isPlaced ? "launch.refused" : "launch.failed")} data-testid="launch-error">
            {t.error(error)}
          </Banner>
        )}
        <div className="LaunchPart-actions">
          <Button tone="primary" icon="play" isDisabled={isStopped(obstacle)} isPending={launch.isPending} onPress={submit} data-testid="launch">
            {t("launch.start")}
          </Button>
          <Button isPending={plan.isPending} onPress={preview} data-testid="preview-launch">
            {t("launch.preview")}
          </Button>
        </div>
      </div>
      <div className="LaunchPart-aside">
        <Section title={t("launch.whatHappens")}>
          <WhatHappens system={system} />
        </Section>
      </div>
      {plan.data && <LaunchPreview plan={plan.data} onClose={plan.reset} />}
    </div>
  );
}

function optionOf(t: Translator, { value, machine, isRuntime }: LaunchPlace): SelectOption<string> {
  if (!machine) return value === ANY_HOST ? { value, label: t("tasks.place.hosts"), detail: t("launch.anyHostText") } : { value, label: t("launch.anywhere"), detail: t("launch.anywhereText") };
  const name = machine.slots ? t("tasks.place.host", { name: machine.name }) : machine.name;
  const room = machine.slots && t("tasks.place.slots", machine.slots);
  return {
    value,
    label: isRuntime ? t("composer.pi", { device: name }) : name,
    detail: !machine.isThere ? t("systems.machineOffline") : (room ?? (isRuntime ? t("composer.piDetail") : t("launch.onMachine"))),
    dot: machine.isThere ? "live" : "off",
  };
}

function ObstacleBanner({ obstacle, system }: { obstacle: Obstacle; system: SystemDetail }) {
  const t = useTranslator();
  const { name } = useKeeper(system);
  return (
    <Banner tone="attention" icon="unplugged" title={t(`launch.obstacle.${obstacle}`, { name })} action={(obstacle === "no_runtime" || obstacle === "no_machine") && <Link to="/devices">{t("app.devices")}</Link>} data-testid="obstacle">
      {t(`launch.obstacleText.${obstacle}`, { name })}
    </Banner>
  );
}
