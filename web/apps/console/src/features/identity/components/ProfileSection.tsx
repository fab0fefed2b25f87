import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Section, Segmented, TextField, useToast } from "@openclaw/ui";
import { useState } from "react";

import { usePreferences } from "../../../shared/services.tsx";
import { useAccount, useUpdateProfile } from "../queries.ts";

import "./settings.css";

export function ProfileSection() {
  const t = useTranslator();
  const toast = useToast();
  const { user } = useAccount();
  const { language, theme } = usePreferences();
  const [displayName, setDisplayName] = useState(user.displayName);
  const update = useUpdateProfile();
  const isChanged = displayName.trim() !== user.displayName && displayName.trim() !== "";

  return (
    <>
      <Section title={t("profile.title")}>
        <form
          className="settings-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (isChanged) update.mutate({ displayName: displayName.trim() }, { onSuccess: () => toast({ text: t("app.saved") }) });
          }}
        >
          {update.error && <Banner tone="danger">{t.error(update.error)}</Banner>}
          <TextField label={t("profile.displayName")} value={displayName} onChange={setDisplayName} maxLength={100} autoComplete="name" />
          <dl className="settings-facts">
            <dt>{t("profile.username")}</dt>
            <dd>{user.username}</dd>
            <dt>{t("profile.email")}</dt>
            <dd>{user.email}</dd>
            <dt>{t("profile.role")}</dt>
            <dd>
              <Badge tone={user.role === "owner" ? "accent" : "neutral"}>{t(`profile.role.${user.role}`)}</Badge>
            </dd>
          </dl>
          <div>
            <Button type="submit" tone="primary" isDisabled={!isChanged} isPending={update.isPending}>
              {t("app.save")}
            </Button>
          </div>
        </form>
      </Section>
      <Section title={t("profile.appearance")}>
        <div className="settings-form">
          <Segmented
            label={t("language.label")}
            value={language}
            onChange={(next) => update.mutate({ language: next })}
            options={[
              { value: "en", label: t("language.en") },
              { value: "zh", label: t("language.zh") },
            ]}
          />
          <Segmented
            label={t("theme.label")}
            value={theme}
            onChange={(next) => update.mutate({ theme: next })}
            options={[
              { value: "system", label: t("theme.system") },
              { value: "light", label: t("theme.light") },
              { value: "dark", label: t("theme.dark") },
            ]}
          />
        </div>
      </Section>
    </>
  );
}
