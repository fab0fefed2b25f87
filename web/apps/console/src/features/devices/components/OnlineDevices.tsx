import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import { useDevices, usePairingRequests } from "../queries.ts";

/** How many machines are online, beside the navigation entry; or how many ask to be let in, which comes first. */
export function OnlineDevices() {
  const t = useTranslator();
  const { data } = useDevices();
  const asking = usePairingRequests().data?.length ?? 0;
  if (asking > 0) {
    return (
      <Badge tone="attention">
        {t.format.number(asking)} <span className="visually-hidden">{t("pairing.title")}</span>
      </Badge>
    );
  }
  if (!data || data.length === 0) return null;
  const online = data.filter((device) => device.online).length;
  return (
    <Badge tone={online > 0 ? "accent" : "neutral"}>
      {t.format.number(online)}/{t.format.number(data.length)} <span className="visually-hidden">{t("devices.online")}</span>
    </Badge>
  );
}
