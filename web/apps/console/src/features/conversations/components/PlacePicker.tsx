import type { Device, SyncMode } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon, Select, type SelectOption } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { hasPi, keyOf, placeOfKey, SYNC_MODES, type Place } from "../place.ts";

export interface PlacePickerProps {
  devices: readonly Device[];
  place: Place;
  /** A conversation with Pi stays where it is. */
  isFixed: boolean;
  onPick: (place: Place) => void;
}

/** Which machine the assistant works on, or whose own Pi does the work and what then stays there. */
export function PlacePicker({ devices, place, isFixed, onPick }: PlacePickerProps) {
  const t = useTranslator();
  const device = devices.find(({ id }) => id === place.deviceId);
  if (isFixed) {
    return (
      <span className="Composer-place" title={t(`sync.${place.syncMode}.text`)} data-testid="fixed-place">
        <Icon name="terminal" size={14} />
        <span className="Composer-placeText">{t("composer.pi", { device: device?.name ?? t("tool.someDevice") })}</span>
      </span>
    );
  }
  if (devices.length === 0) {
    return (
      <Link to="/devices" className="Composer-model">
        {t("composer.noDevice")}
      </Link>
    );
  }
  const dot = ({ online }: Device) => (online ? ("live" as const) : ("off" as const));
  const options: SelectOption<string>[] = [
    { value: "any", label: t("composer.anyDevice"), detail: t("composer.anyDeviceDetail") },
    ...devices.map((one) => ({
      value: one.id,
      label: one.name,
      detail: one.online ? one.platform : t("composer.offlineDevice"),
      dot: dot(one),
    })),
    ...devices.filter(hasPi).map((one) => ({
      value: keyOf({ ...place, deviceId: one.id, runtime: "pi" }),
      label: t("composer.pi", { device: one.name }),
      detail: t("composer.piDetail"),
      dot: dot(one),
    })),
  ];
  return (
    <>
      <Select
        label={t("composer.device")}
        isLabelHidden
        isQuiet
        icon={place.runtime === "pi" ? "terminal" : "laptop"}
        value={device ? keyOf(place) : "any"}
        options={options}
        onChange={(key) => onPick(placeOfKey(key, place.syncMode))}
        data-testid="device-picker"
      />
      {place.runtime === "pi" && (
        <Select<SyncMode>
          label={t("sync.label")}
          isLabelHidden
          isQuiet
          icon="shield"
          value={place.syncMode}
          options={SYNC_MODES.map((mode) => ({ value: mode, label: t(`sync.${mode}`), detail: t(`sync.${mode}.text`) }))}
          onChange={(syncMode) => onPick({ ...place, syncMode })}
          data-testid="sync-picker"
        />
      )}
    </>
  );
}
