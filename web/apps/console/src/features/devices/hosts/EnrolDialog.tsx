import type { Host, NewHostToken } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, CodeBlock, Dialog, Dot, Icon, Select, TextField } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useLabels } from "../../../shared/useLabels.ts";
import { useNow } from "../../../shared/useNow.ts";
import { isCapacity, labelsOf, wrongLabel } from "./hostForm.ts";
import { useCreateHostToken, useHost, useHostTokens } from "./hostQueries.ts";

import "./EnrolDialog.css";

const INSTALL = "pip install openclaw";
const MINUTES = ["60", "1440", "10080"] as const;

/** Makes a token for one machine, shows the command that uses it, and waits until the host is there. */
export function EnrolDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const create = useCreateHostToken();
  const [name, setName] = useState("");
  const [labels, setLabels] = useState("");
  const [capacity, setCapacity] = useState("");
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number]>("60");
  if (create.data) return <Waiting token={create.data} onClose={onClose} onAgain={() => create.reset()} />;
  const wrong = wrongLabel(labels);
  const isRight = wrong === null && isCapacity(capacity);
  const submit = () => {
    if (!isRight) return;
    const said = labelsOf(labels);
    create.mutate({
      ...(name.trim() ? { name: name.trim() } : {}),
      ...(said.length > 0 ? { labels: said } : {}),
      ...(capacity.trim() ? { capacity: Number(capacity) } : {}),
      expiresInMinutes: Number(minutes),
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("hosts.enrolTitle")}
      closeLabel={t("app.close")}
      data-testid="enrol-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={create.isPending} isDisabled={!isRight} onPress={submit} data-testid="create-host-token">
            {t("hosts.showCommand")}
          </Button>
        </>
      }
    >
      <form
        className="EnrolDialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className="EnrolDialog-note">{t("hosts.enrolText")}</p>
        <TextField label={t("app.optionalLabel", { label: t("hosts.name") })} value={name} onChange={setName} maxLength={100} description={t("hosts.nameText")} autoFocus />
        <TextField label={t("app.optionalLabel", { label: t("hosts.labels") })} value={labels} onChange={setLabels} description={t("hosts.labelsText")} error={wrong && t("hosts.labelWrong", { label: wrong })} />
        <TextField label={t("app.optionalLabel", { label: t("hosts.capacity") })} value={capacity} onChange={setCapacity} inputMode="numeric" description={t("hosts.capacityText")} error={isCapacity(capacity) ? null : t("hosts.capacityWrong")} />
        <Select label={t("hosts.valid")} value={minutes} options={MINUTES.map((value) => ({ value, label: t(`hosts.valid.${value}`) }))} onChange={setMinutes} />
        {create.error && (
          <Banner tone="danger" role="alert">
            {t.error(create.error)}
          </Banner>
        )}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

/** The one command; it follows what becomes of its token by the events of the workspace's hosts. */
function Waiting({ token, onClose, onAgain }: { token: NewHostToken; onClose: () => void; onAgain: () => void }) {
  const t = useTranslator();
  const labels = useLabels();
  const navigate = useNavigate();
  const now = useNow(1000);
  const standing = useHostTokens(true).data?.find(({ id }) => id === token.id);
  const host = useHost(standing?.hostId ?? null).data;
  const msLeft = Date.parse(token.expiresAt) - now;
  const isUsed = standing?.status === "used";
  const isOver = !isUsed && (msLeft <= 0 || standing?.status === "revoked");
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(isUsed ? "hosts.enrolledTitle" : "hosts.commandTitle")}
      closeLabel={t("app.close")}
      data-testid="enrol-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.close")}</Button>
          {isOver && (
            <Button tone="primary" onPress={onAgain}>
              {t("hosts.newToken")}
            </Button>
          )}
          {host && (
            <Button tone="primary" onPress={() => void navigate({ to: "/hosts/$hostId", params: { hostId: host.id } })} data-testid="open-host">
              {t("hosts.openHost")}
            </Button>
          )}
        </>
      }
    >
      <div className="EnrolDialog">
        {!isUsed && !isOver && (
          <>
            <p className="EnrolDialog-note">{t("hosts.commandText")}</p>
            <CodeBlock code={INSTALL} caption={t("hosts.install")} labels={labels} isWrapped />
            <CodeBlock code={token.command} caption={t("hosts.run")} labels={labels} isWrapped />
            <p className="EnrolDialog-note">{t("hosts.tokenOnce", { time: t.format.countdown(msLeft) })}</p>
          </>
        )}
        {isOver && <Banner tone="attention" title={t("hosts.tokenOver")} />}
        <div role="status" data-testid="enrol-state" data-state={host?.status ?? (isUsed ? "used" : isOver ? "over" : "waiting")}>
          {host ? <Arrived host={host} /> : !isOver && <p className="EnrolDialog-waiting"><Dot state="busy" /> {t("hosts.waiting")}</p>}
        </div>
      </div>
    </Dialog>
  );
}

function Arrived({ host }: { host: Host }) {
  const t = useTranslator();
  const isReady = host.status === "healthy" || host.status === "degraded";
  return (
    <p className="EnrolDialog-waiting">
      {isReady ? <Icon name="check" /> : <Dot state="busy" />} {t(isReady ? "hosts.ready" : "hosts.enrolled", { name: host.name })}
    </p>
  );
}
