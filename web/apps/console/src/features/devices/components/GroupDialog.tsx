import type { Device, DeviceGroup } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useSaveGroup } from "../queries.ts";

import "./GatewayTokenDialog.css";

/** Makes a group or changes one. Mounted while it is open. */
export function GroupDialog({ group, devices, onClose }: { group: DeviceGroup | null; devices: readonly Device[]; onClose: () => void }) {
  const t = useTranslator();
  const save = useSaveGroup(group);
  const [name, setName] = useState(group?.name ?? "");
  const [members, setMembers] = useState<readonly string[]>(group?.deviceIds ?? []);
  const submit = () => name.trim() && save.mutate({ name: name.trim(), deviceIds: [...members] }, { onSuccess: onClose });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={group ? t("groups.editTitle", { name: group.name }) : t("groups.addTitle")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={save.isPending} isDisabled={!name.trim()} onPress={submit} data-testid="save-group">
            {t("app.save")}
          </Button>
        </>
      }
    >
      <form
        className="GatewayTokenDialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {save.error && (
          <Banner tone="danger" role="alert">
            {t.error(save.error)}
          </Banner>
        )}
        <TextField label={t("groups.name")} description={t("groups.nameHint")} value={name} onChange={setName} maxLength={100} autoFocus />
        <fieldset className="GatewayTokenDialog-scopes">
          <legend className="GatewayTokenDialog-legend">{t("groups.members")}</legend>
          {devices.map((device) => (
            <Checkbox
              key={device.id}
              label={device.name}
              isSelected={members.includes(device.id)}
              onChange={(isMember) => setMembers(isMember ? [...members, device.id] : members.filter((id) => id !== device.id))}
            />
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
}
