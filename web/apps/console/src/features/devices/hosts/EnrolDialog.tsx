import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { isCapacity, labelsOf, wrongLabel } from "./hostForm.ts";
import { useCreateHostToken } from "./hostQueries.ts";
import { TokenDialog } from "./TokenDialog.tsx";

import "./EnrolDialog.css";

const MINUTES = ["60", "1440", "10080"] as const;

/** Makes a token for one machine, shows the command that uses it, and waits until the host is there. */
export function EnrolDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const create = useCreateHostToken();
  const [name, setName] = useState("");
  const [labels, setLabels] = useState("");
  const [capacity, setCapacity] = useState("");
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number]>("60");
  if (create.data) return <TokenDialog token={create.data} onClose={onClose} onAgain={() => create.reset()} />;
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
