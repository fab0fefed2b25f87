import type { KindWishes, NotificationSettings, NotificationSettingsInput } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Checkbox, Section } from "@openclaw/ui";

import "./ReachKinds.css";

export interface ReachKindsProps {
  settings: NotificationSettings;
  isPending: boolean;
  onChange: (part: Partial<NotificationSettingsInput>) => void;
}

/** A table of kinds and ways. */
export function ReachKinds({ settings, onChange }: ReachKindsProps) {
  const t = useTranslator();
  const { kinds, mailState, mailAddress } = settings;
  const set = (changed: KindWishes) =>
    onChange({ kinds: kinds.map((each) => (each.kind === changed.kind ? changed : each)).map(({ kind, push, mail }) => ({ kind, push, mail })) });
  return (
    <Section title={t("reach.kindsTitle")} description={t("reach.kindsText")}>
      {mailState === "not_configured" ? (
        <Banner tone="neutral" data-testid="no-mail">
          {t("reach.noMail")}
        </Banner>
      ) : (
        <p className="ReachKinds-note">{t("reach.mailTo", { address: mailAddress })}</p>
      )}
      <table className="ReachKinds">
        <thead>
          <tr>
            <th scope="col">{t("reach.kind")}</th>
            <th scope="col">{t("reach.push")}</th>
            <th scope="col">{t("reach.mail")}</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind.kind} data-testid="reach-kind" data-kind={kind.kind}>
              <th scope="row">{kind.name}</th>
              <td>
                <span className="ReachKinds-choice">
                  <Checkbox isLabelHidden label={t("reach.byPush", { kind: kind.name })} isSelected={kind.push} onChange={(push) => set({ ...kind, push })} />
                </span>
              </td>
              <td>
                <span className="ReachKinds-choice">
                  <Checkbox isLabelHidden label={t("reach.byMail", { kind: kind.name })} isSelected={kind.mail} onChange={(mail) => set({ ...kind, mail })} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
