import { useTranslator } from "@openclaw/i18n";
import { Banner, Skeleton, useToast } from "@openclaw/ui";
import type { NotificationSettings, NotificationSettingsInput } from "@openclaw/api";

import { useNotificationSettings, usePutSettings } from "../queries.ts";
import { Browsers } from "./Browsers.tsx";
import { QuietHoursForm } from "./QuietHoursForm.tsx";
import { ReachKinds } from "./ReachKinds.tsx";

/** The settings of notifications: which browsers, which kinds by which way, at which hours not. */
export function ReachSection() {
  const t = useTranslator();
  const toast = useToast();
  const settings = useNotificationSettings();
  const put = usePutSettings();
  if (settings.error) return <Banner tone="danger">{t.error(settings.error)}</Banner>;
  if (!settings.data) return <Skeleton label={t("app.loading")} lines={5} isBlock />;
  const current = settings.data;
  const change = (part: Partial<NotificationSettingsInput>) =>
    put.mutate(
      { ...inputOf(current), ...part },
      {
        onSuccess: () => toast({ text: t("app.saved") }),
        onError: (error) => toast({ text: t.error(error), tone: "danger" }),
      },
    );
  return (
    <>
      <Browsers pushKey={current.pushKey} />
      <ReachKinds settings={current} isPending={put.isPending} onChange={change} />
      <QuietHoursForm settings={current} isPending={put.isPending} onChange={change} />
    </>
  );
}

function inputOf({ kinds, timeZone, quietHours, escalateMinutes }: NotificationSettings): NotificationSettingsInput {
  return {
    kinds: kinds.map(({ kind, push, mail }) => ({ kind, push, mail })),
    timeZone,
    quietHours,
    escalateMinutes,
  };
}
