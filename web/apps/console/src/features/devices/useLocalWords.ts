import { useTranslator } from "@openclaw/i18n";
import type { LocalView } from "@openclaw/realtime";

import { wordsOf } from "./local.ts";
import { useDevices } from "./queries.ts";

/** The words of a state of the local bridge, with the machine's name in them. */
export function useLocalWords(view: LocalView) {
  const t = useTranslator();
  const { data } = useDevices();
  const { state } = view;
  const device = "deviceId" in state ? data?.find(({ id }) => id === state.deviceId) : undefined;
  const name = device?.name ?? t("tool.someDevice");
  const words = wordsOf(view);
  return { ...words, title: t(words.title, { name }), text: t(words.text, { name }), name };
}
