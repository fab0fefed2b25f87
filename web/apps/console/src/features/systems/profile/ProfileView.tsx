import { useTranslator } from "@openclaw/i18n";
import { Badge, Section } from "@openclaw/ui";

import { PERMISSIONS, type Profile, type Prompt } from "./profile.ts";

import "./ProfileView.css";

/** A profile to read: by those who may not change it, and by those it is shown to. */
export function ProfileView({ profile }: { profile: Profile }) {
  const t = useTranslator();
  const { roles, prompts, stages, deliverables, memory, permissions } = profile;
  const nameOf = (id: string | null) => (id === null ? null : (roles.find((role) => role.id === id)?.name ?? id));
  const limits = PERMISSIONS.filter((name) => permissions[name] !== null);
  return (
    <div className="ProfileView">
      <Section title={t("systemProfile.field.roles")}>
        <ul className="ProfileView-items">
          {roles.map((role) => (
            <li key={role.id}>
              <p className="ProfileView-name">{role.name}</p>
              <p className="ProfileView-text">{role.description}</p>
              {role.skills.length > 0 && <p className="ProfileView-text">{role.skills.join(t("app.comma"))}</p>}
            </li>
          ))}
        </ul>
      </Section>
      {deliverables.length > 0 && (
        <Section title={t("systemProfile.field.deliverables")}>
          <p>{deliverables.map(({ title }) => title).join(t("app.comma"))}</p>
        </Section>
      )}
      <Texts title={t("systemProfile.field.stages")} parts={stages} nameOf={nameOf} />
      <Texts title={t("systemProfile.field.prompts")} parts={prompts} nameOf={nameOf} />
      <Section title={t("systemProfile.field.memory")}>
        <p>{memory.filter(({ enabled }) => enabled).map(({ kind, name }) => (kind === "custom" ? name : t(`systemProfile.bucket.${kind}`))).join(t("app.comma")) || t("systemProfile.remembersNothing")}</p>
      </Section>
      {limits.length > 0 && (
        <Section title={t("systemProfile.field.permissions")}>
          <ul className="ProfileView-items">
            {limits.map((name) => (
              <li key={name}>
                {t(`systemProfile.permission.${name}`)} <Badge tone={permissions[name] ? "neutral" : "attention"}>{t(permissions[name] ? "systemProfile.allow" : "systemProfile.deny")}</Badge>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  );
}

function Texts({ title, parts, nameOf }: { title: string; parts: readonly Prompt[]; nameOf: (id: string | null) => string | null }) {
  if (parts.length === 0) return null;
  return (
    <Section title={title}>
      <ul className="ProfileView-items">
        {parts.map((part) => (
          <li key={part.id}>
            <p className="ProfileView-name">
              {part.title} {nameOf(part.role) && <span className="ProfileView-role">{nameOf(part.role)}</span>}
            </p>
            <p className="ProfileView-said">{part.text}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
