import type { SyncMode, SystemTemplate } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Choices, Dialog, Select, TextField } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { newKey } from "../../../shared/newKey.ts";
import { useDevices } from "../../devices/index.ts";
import { useCreateSystem } from "../queries.ts";
import { keepsVaults } from "../words.ts";

import "./CreateDialog.css";

const MODES: readonly SyncMode[] = ["full", "metadata", "local_only"];

/** A system from a template: its name, who sees it, and what the server keeps of it, which cannot all be changed later. */
export function CreateDialog({ template, onClose }: { template: SystemTemplate; onClose: () => void }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const create = useCreateSystem();
  const devices = useDevices();
  const [key] = useState(newKey);
  const [name, setName] = useState(template.name);
  const [visibility, setVisibility] = useState<"private" | "workspace">("private");
  const [syncMode, setSyncMode] = useState<SyncMode>("full");
  const [picked, setPicked] = useState<string | null>(null);
  const isLocal = syncMode === "local_only";
  const keepers = (devices.data ?? []).filter(keepsVaults);
  const keeper = keepers.find(({ id }) => id === picked) ?? keepers.find(({ online }) => online) ?? keepers[0];
  const submit = () => {
    if (!name.trim() || (isLocal && !keeper)) return;
    create.mutate(
      { template: template.id, name: name.trim(), visibility, syncMode, deviceId: isLocal && keeper ? keeper.id : null, idempotencyKey: key },
      { onSuccess: ({ id }) => void navigate({ to: "/systems/$systemId", params: { systemId: id } }) },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("systems.createTitle", { template: template.name })}
      closeLabel={t("app.close")}
      data-testid="create-system"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!name.trim() || (isLocal && !keeper?.online)} isPending={create.isPending} data-testid="create-submit">
            {t("systems.create")}
          </Button>
        </>
      }
    >
      <form
        className="CreateDialog"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t("systems.name")} value={name} onChange={setName} maxLength={100} autoFocus isRequired />
        <Choices
          label={t("systems.whoSees")}
          value={visibility}
          options={(["private", "workspace"] as const).map((value) => ({ value, label: t(`systems.visibility.${value}`), detail: t(`systems.visibilityText.${value}`) }))}
          onChange={setVisibility}
        />
        <Choices
          label={t("systems.syncLabel")}
          value={syncMode}
          options={MODES.map((value) => ({ value, label: t(`systems.sync.${value}`), detail: t(`systems.syncText.${value}`) }))}
          onChange={setSyncMode}
        />
        {isLocal && devices.data && !keeper && (
          <Banner tone="attention" title={t("systems.noKeeper")} action={<Link to="/devices">{t("app.devices")}</Link>}>
            {t("systems.noKeeperText")}
          </Banner>
        )}
        {isLocal && keeper && (
          <Select
            label={t("systems.keeper")}
            value={keeper.id}
            options={keepers.map(({ id, name: label, online, platform }) => ({ value: id, label, detail: online ? platform : t("systems.machineOffline"), dot: online ? ("live" as const) : ("off" as const) }))}
            onChange={setPicked}
            description={t(keeper.online ? "systems.keeperText" : "systems.keeperOffline", { name: keeper.name })}
            data-testid="keeper"
          />
        )}
        {create.error && (
          <Banner tone="danger" role="alert">
            {t.error(create.error)}
          </Banner>
        )}
      </form>
    </Dialog>
  );
}
