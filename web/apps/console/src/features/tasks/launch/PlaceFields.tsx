import type { SyncMode } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Segmented, Select, TextField, type SelectOption } from "@openclaw/ui";

import { SYNC_MODES } from "../../conversations/index.ts";
import { useDevices, useHosts } from "../../devices/index.ts";
import type { Place, Where } from "./draft.ts";

export interface PlaceFieldsProps<Held extends Place> {
  place: Held;
  onChange: (place: Held) => void;
  labelsError: string | null;
  /** A run that is under way moves only between the server's own runtime. */
  hasRuntimes?: boolean;
}

/** Where to work, and there by which runtime, as far as the machine offers a choice. */
export function PlaceFields<Held extends Place>({ place, onChange, labelsError, hasRuntimes = true }: PlaceFieldsProps<Held>) {
  const t = useTranslator();
  const devices = useDevices().data ?? [];
  const hosts = useHosts().data?.pages.flatMap((page) => page.items) ?? [];
  const options: SelectOption<Where>[] = [
    { value: "server", label: t("tasks.place.server"), detail: t("tasks.place.serverText") },
    ...devices.map((device) => ({
      value: `device:${device.id}` as const,
      label: device.name,
      detail: device.online ? device.platform : t("tasks.place.offline"),
      dot: device.online ? ("live" as const) : ("off" as const),
    })),
    ...(hosts.length > 0 ? [{ value: "hosts" as const, label: t("tasks.place.hosts"), detail: t("tasks.place.hostsText") }] : []),
    ...hosts.map((host) => ({
      value: `host:${host.deviceId}` as const,
      label: t("tasks.place.host", { name: host.name }),
      detail: t("tasks.place.slots", { free: host.freeSlots, all: host.slots }),
      dot: host.freeSlots > 0 ? ("live" as const) : ("off" as const),
    })),
  ];
  // A machine that is no longer there stays chosen until another is.
  if (!options.some(({ value }) => value === place.where)) options.push({ value: place.where, label: t("tasks.place.gone") });
  const machine =
    devices.find(({ id }) => place.where === `device:${id}`) ?? hosts.find(({ deviceId }) => place.where === `host:${deviceId}`) ?? null;
  const offersPi = hasRuntimes && machine !== null && (machine.commands as string[]).includes("pi.run");
  return (
    <>
      <Select
        label={t("tasks.place.label")}
        value={place.where}
        options={options}
        onChange={(where) => onChange({ ...place, where, isPi: false, syncMode: "full" })}
        data-testid="task-place"
      />
      {place.where === "hosts" && (
        <TextField
          label={t("app.optionalLabel", { label: t("tasks.place.labels") })}
          description={t("tasks.place.labelsText")}
          value={place.labels}
          onChange={(labels) => onChange({ ...place, labels })}
          error={labelsError}
        />
      )}
      {(offersPi || place.isPi) && (
        <Segmented
          label={t("tasks.runtime.label")}
          value={place.isPi ? "pi" : "server"}
          options={[
            { value: "server", label: t("tasks.runtime.server") },
            { value: "pi", label: t("tasks.runtime.pi") },
          ]}
          onChange={(runtime) => onChange({ ...place, isPi: runtime === "pi", syncMode: "full" })}
        />
      )}
      {place.isPi && (
        <Select<SyncMode>
          label={t("sync.label")}
          value={place.syncMode}
          options={SYNC_MODES.map((mode) => ({ value: mode, label: t(`sync.${mode}`), detail: t(`sync.${mode}.text`) }))}
          onChange={(syncMode) => onChange({ ...place, syncMode })}
          description={t(`sync.${place.syncMode}.text`)}
        />
      )}
    </>
  );
}
