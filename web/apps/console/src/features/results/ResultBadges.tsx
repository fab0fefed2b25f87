import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge } from "@openclaw/ui";

import { STATUS_TONES } from "./words.ts";

/** Where a result is at, and whether the public sees it: a version of it, maybe not the newest. */
export function ResultBadges({ result: { status, live, version, visibility } }: { result: Pick<Result, "status" | "live" | "version" | "visibility"> }) {
  const t = useTranslator();
  const isOther = live !== null && live.version !== version;
  return (
    <>
      <Badge tone={STATUS_TONES[status]}>{t(`results.status.${status}`)}</Badge>
      {live && (status !== "published" || isOther) && <Badge tone="accent">{isOther ? t("results.liveVersion", { version: live.version }) : t("results.live")}</Badge>}
      {visibility === "workspace" && <Badge>{t("results.shared")}</Badge>}
    </>
  );
}
