import type { Device, System } from "@openclaw/api";
import { useTranslator, type Translator } from "@openclaw/i18n";
import type { IconName } from "@openclaw/ui";

import { useDevices } from "../devices/index.ts";

const ICONS: Record<string, IconName> = {
  website_development: "globe",
  project_development: "terminal",
  content_growth: "spark",
  one_person_company: "user",
  sales_development: "send",
  legal_documents: "shield",
  financial_research: "search",
};

export function iconOf(template: string): IconName {
  return ICONS[template] ?? "layers";
}

/** A word of an enumeration; what is unknown says itself. */
export function wordOf(t: Translator, prefix: string, value: string): string {
  const key = `${prefix}.${value}`;
  return t.has(key) ? t(key) : value;
}

/** Whether the program there keeps vaults. */
export function keepsVaults(device: Device): boolean {
  return device.commands.includes("vault.create");
}

/** The machine that keeps a system, if it is one of the user's; and what to call it. */
export function useKeeper(system: System): { device: Device | null; name: string; isOnline: boolean; isKnown: boolean } {
  const t = useTranslator();
  const devices = useDevices();
  const device = devices.data?.find(({ id }) => id === system.deviceId) ?? null;
  return { device, name: device?.name ?? t("systems.someMachine"), isOnline: device?.online ?? false, isKnown: devices.data !== undefined };
}
