import { useTranslator } from "@openclaw/i18n";
import { TextField } from "@openclaw/ui";

import { ListInput } from "../../../shared/form/ListInput.tsx";
import { ItemCard } from "./ItemCard.tsx";
import { ItemList } from "./ItemList.tsx";
import { ModelOfRole } from "./ModelOfRole.tsx";
import { freshId, withoutRole, type Role } from "./profile.ts";
import type { Editing } from "./editing.ts";

/** Who works in the system. */
export function TeamFields({ profile, change, problemAt, hasProblem }: Editing) {
  const t = useTranslator();
  const { roles } = profile;
  const set = (index: number, part: Partial<Role>) => change({ roles: roles.map((role, at) => (at === index ? { ...role, ...part } : role)) });
  const add = () => change({ roles: [...roles, { id: freshId("role", roles), name: "", description: "", skills: [], provider: null, model: null }] });
  return (
    <ItemList field="roles" title={t("systemProfile.field.roles")} description={t("systemProfile.rolesText")} problem={problemAt("roles")} addLabel={t("systemProfile.addRole")} onAdd={add}>
      {roles.map((role, index) => {
        const at = `roles.${index}`;
        return (
          <ItemCard
            key={role.id}
            title={role.name || t("systemProfile.unnamed")}
            detail={role.description}
            removeLabel={t("systemProfile.removeItem", { name: role.name || t("systemProfile.unnamed") })}
            onRemove={roles.length > 1 ? () => change(withoutRole(profile, role.id)) : null}
            isWanted={role.name === "" || hasProblem(at)}
          >
            <TextField label={t("systemProfile.roleName")} value={role.name} onChange={(name) => set(index, { name })} maxLength={120} error={problemAt(`${at}.name`)} isRequired />
            <TextField label={t("app.optionalLabel", { label: t("systemProfile.roleText") })} value={role.description} onChange={(description) => set(index, { description })} rows={2} maxLength={2000} error={problemAt(`${at}.description`)} />
            <ListInput label={t("app.optionalLabel", { label: t("systemProfile.field.skills") })} items={role.skills} onChange={(skills) => set(index, { skills })} most={50} problem={problemAt(`${at}.skills`)} />
            <ModelOfRole provider={role.provider} model={role.model} fallback={t("systemProfile.asSystem")} problem={problemAt(`${at}.model`) ?? problemAt(`${at}.provider`)} onChange={(part) => set(index, part)} />
          </ItemCard>
        );
      })}
    </ItemList>
  );
}
