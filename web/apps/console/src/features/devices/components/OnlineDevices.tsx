import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import { useDevices } from "../queries.ts";

/** How many machines are online, beside the navigation entry. */
export function OnlineDevices() {
  const t = useTranslator();
  const { data } = useDevices();
  if (!data || data.length === 0) return null;
  const online = data.filter((device) => device.online).length;
  return (
    <Badge tone={online > 0 ? "accent" : "neutral"}>
      {t.format.number(online)}/{t.format.number(data.length)} <span className="visually-hidden">{t("devices.online")}</span>
    </Badge>
  );
}
