import type { Device, Model } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useLayoutEffect, type KeyboardEvent } from "react";

import type { Place } from "../place.ts";
import { PlacePicker } from "./PlacePicker.tsx";
import type { Draft } from "./useDraft.ts";

import "./Composer.css";

export interface ComposerProps {
  draft: Draft;
  devices: readonly Device[];
  place: Place;
  isPlaceFixed: boolean;
  onPickPlace: (place: Place) => void;
  model: Model | null;
  isSending: boolean;
  isWorking: boolean;
  isStopping: boolean;
  onSend: () => void;
  onStop: () => void;
}

export function Composer(props: ComposerProps) {
  const { draft, devices, place, isPlaceFixed, onPickPlace, model, isSending, isWorking, isStopping, onSend, onStop } = props;
  const t = useTranslator();
  const { text, input } = draft;
  const device = devices.find(({ id }) => id === place.deviceId);
  const isPi = place.runtime === "pi";

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
          <PlacePicker devices={devices} place={place} isFixed={isPlaceFixed} onPick={onPickPlace} />
          {model && !isPi && (
            <Link to="/settings/$section" params={{ section: "models" }} className="Composer-model" title={t("composer.model")}>
              {model.demo ? t("demo.title") : model.name}
            </Link>
          )}
          <span className="Composer-hint">{t("composer.hint")}</span>
          {isWorking && (
            <IconButton
              icon="stop"
              label={t("composer.stop")}
              tone={isPi ? "quiet" : "primary"}
              isPending={isStopping}
              onPress={onStop}
              data-testid="stop"
            />
          )}
          {(!isWorking || isPi) && (
            <IconButton
              icon="send"
              label={t(isWorking ? "composer.sendInto" : "composer.send")}
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
