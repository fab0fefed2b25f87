import type { Device, Model } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Select, type SelectOption } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useLayoutEffect, type KeyboardEvent } from "react";

import type { Draft } from "./useDraft.ts";

import "./Composer.css";

export interface ComposerProps {
  draft: Draft;
  devices: readonly Device[];
  deviceId: string | null;
  onPickDevice: (id: string | null) => void;
  model: Model | null;
  isSending: boolean;
  isWorking: boolean;
  isStopping: boolean;
  onSend: () => void;
  onStop: () => void;
}

export function Composer({ draft, devices, deviceId, onPickDevice, model, isSending, isWorking, isStopping, onSend, onStop }: ComposerProps) {
  const t = useTranslator();
  const { text, input } = draft;
  const device = devices.find(({ id }) => id === deviceId);

  // Grows with its text, up to the height that the style sheet allows.
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }, [text, input]);

  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends an input-method composition chooses characters; Safari reports it as key code 229 only.
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || event.shiftKey || isComposing) return;
    event.preventDefault();
    onSend();
  };

  return (
    <form
      className="Composer"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <div className="Composer-box">
        <textarea
          ref={input}
          className="Composer-input"
          data-testid="composer"
          rows={1}
          value={text}
          onChange={(event) => draft.setText(event.target.value)}
          onKeyDown={onKeyDown}
          aria-label={t("composer.label")}
          placeholder={device ? t("composer.placeholderDevice", { device: device.name }) : t("composer.placeholder")}
          maxLength={100_000}
          enterKeyHint="send"
        />
        <div className="Composer-bar">
          <DevicePicker devices={devices} deviceId={deviceId} onPick={onPickDevice} />
          {model && (
            <Link to="/settings/$section" params={{ section: "models" }} className="Composer-model" title={t("composer.model")}>
              {model.demo ? t("demo.title") : model.name}
            </Link>
          )}
          <span className="Composer-hint">{t("composer.hint")}</span>
          {isWorking ? (
            <IconButton icon="stop" label={t("composer.stop")} tone="primary" isPending={isStopping} onPress={onStop} data-testid="stop" />
          ) : (
            <IconButton
              icon="send"
              label={t("composer.send")}
              tone="primary"
              type="submit"
              isPending={isSending}
              isDisabled={text.trim() === ""}
              data-testid="send"
            />
          )}
        </div>
      </div>
    </form>
  );
}

const ANY = "any";

function DevicePicker({ devices, deviceId, onPick }: { devices: readonly Device[]; deviceId: string | null; onPick: (id: string | null) => void }) {
  const t = useTranslator();
  if (devices.length === 0) {
    return (
      <Link to="/devices" className="Composer-model">
        {t("composer.noDevice")}
      </Link>
    );
  }
  const options: SelectOption<string>[] = [
    { value: ANY, label: t("composer.anyDevice"), detail: t("composer.anyDeviceDetail") },
    ...devices.map((device) => ({
      value: device.id,
      label: device.name,
      detail: device.online ? device.platform : t("composer.offlineDevice"),
      dot: device.online ? ("live" as const) : ("off" as const),
    })),
  ];
  return (
    <Select
      label={t("composer.device")}
      isLabelHidden
      isQuiet
      icon="laptop"
      value={devices.some(({ id }) => id === deviceId) ? (deviceId ?? ANY) : ANY}
      options={options}
      onChange={(value) => onPick(value === ANY ? null : value)}
      data-testid="device-picker"
    />
  );
}
