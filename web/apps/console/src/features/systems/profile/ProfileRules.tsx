import { useTranslator } from "@openclaw/i18n";
import { Button, IconButton, Section, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { ListInput } from "../../../shared/form/ListInput.tsx";
import type { Editing } from "./editing.ts";
import { ModelOfRole } from "./ModelOfRole.tsx";
import { placeId } from "./places.ts";
import { PERMISSIONS } from "./profile.ts";

import "./ProfileRules.css";

const NOBODY = "";

/** Which role a kind of task goes to. */
export function RoutingFields({ profile, change, problemAt }: Editing) {
  const t = useTranslator();
  const { roles, routing } = profile;
  const [task, setTask] = useState("");
  const options = roles.map(({ id, name }) => ({ value: id, label: name || t("systemProfile.unnamed") }));
  const add = () => {
    const first = roles[0]?.id;
    if (!task.trim() || !first) return;
    change({ routing: { ...routing, taskRoles: { ...routing.taskRoles, [task.trim()]: routing.defaultRole ?? first } } });
    setTask("");
  };
  return (
    <Section title={t("systemProfile.field.routing")} description={t("systemProfile.routingText")}>
      <div className="ProfileRules" id={placeId("routing")}>
        <Select
          label={t("systemProfile.defaultRole")}
          value={routing.defaultRole ?? NOBODY}
          options={[{ value: NOBODY, label: t("systemProfile.nobody") }, ...options]}
          onChange={(role) => change({ routing: { ...routing, defaultRole: role === NOBODY ? null : role } })}
        />
        {problemAt("routing.defaultRole") && <p className="ProfileRules-problem">{problemAt("routing.defaultRole")}</p>}
        {Object.entries(routing.taskRoles).map(([kind, role]) => (
          <div key={kind} className="ProfileRules-row">
            <Select label={kind} value={role} options={options} onChange={(next) => change({ routing: { ...routing, taskRoles: { ...routing.taskRoles, [kind]: next } } })} />
            <IconButton
              icon="close"
              label={t("systemProfile.removeItem", { name: kind })}
              hasTooltip={false}
              onPress={() => change({ routing: { ...routing, taskRoles: Object.fromEntries(Object.entries(routing.taskRoles).filter(([one]) => one !== kind)) } })}
            />
          </div>
        ))}
        <form
          className="ProfileRules-row"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField label={t("app.optionalLabel", { label: t("systemProfile.taskKind") })} value={task} onChange={setTask} maxLength={120} />
          <Button type="submit" icon="plus" isDisabled={!task.trim()}>
            {t("app.add")}
          </Button>
        </form>
      </div>
    </Section>
  );
}

/** What runs of the system may do: only ever stricter than the workspace and the machine. */
export function PermissionFields({ profile, change }: Editing) {
  const t = useTranslator();
  const { permissions } = profile;
  const words = { inherit: t("systemProfile.inherit"), allow: t("systemProfile.allow"), deny: t("systemProfile.deny") };
  return (
    <Section title={t("systemProfile.field.permissions")} description={t("systemProfile.permissionsText")}>
      <div className="ProfileRules ProfileRules--grid" id={placeId("permissions")}>
        {PERMISSIONS.map((name) => (
          <Select<"inherit" | "allow" | "deny">
            key={name}
            label={t(`systemProfile.permission.${name}`)}
            value={permissions[name] === null ? "inherit" : permissions[name] ? "allow" : "deny"}
            options={(["inherit", "allow", "deny"] as const).map((value) => ({ value, label: words[value] }))}
            onChange={(value) => change({ permissions: { ...permissions, [name]: value === "inherit" ? null : value === "allow" } })}
            data-testid={`permission-${name}`}
          />
        ))}
      </div>
    </Section>
  );
}

/** Which model is asked, and what the whole team can do. */
export function ModelFields({ profile, change, problemAt }: Editing) {
  const t = useTranslator();
  return (
    <Section title={t("systemProfile.modelTitle")} description={t("systemProfile.modelText")}>
      <div className="ProfileRules" id={placeId("model")}>
        <ModelOfRole provider={profile.provider} model={profile.model} fallback={t("systemProfile.asWorkspace")} problem={problemAt("model") ?? problemAt("provider")} onChange={change} />
        <ListInput label={t("app.optionalLabel", { label: t("systemProfile.field.skills") })} description={t("systemProfile.skillsText")} items={profile.skills} onChange={(skills) => change({ skills })} most={50} problem={problemAt("skills")} />
      </div>
    </Section>
  );
}
