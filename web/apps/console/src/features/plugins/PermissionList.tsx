import type { PluginPermission, PluginPermissionChange } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Icon, type IconName } from "@openclaw/ui";

import "./PermissionList.css";

const ICONS: Readonly<Record<string, IconName>> = { network: "globe", device: "laptop", secrets: "key", llm: "spark", notify: "info", kv: "archive", email: "send", database: "folder", javascript: "braces" };

/** What a plugin may do, in words, and what it asks for and was not granted. */
export function PermissionList({ permissions, refused = [] }: { permissions: readonly PluginPermission[]; refused?: readonly PluginPermission[] }) {
  const t = useTranslator();
  if (permissions.length === 0 && refused.length === 0) return <p className="PermissionList-none">{t("plugins.noPermissions")}</p>;
  return (
    <ul className="PermissionList" aria-label={t("plugins.permissions")}>
      {permissions.map(({ name, words }) => (
        <li key={name} className="PermissionList-item" data-testid="permission">
          <Icon name={ICONS[name] ?? "shield"} />
          <span>{words}</span>
        </li>
      ))}
      {refused.map(({ name, words }) => (
        <li key={name} className="PermissionList-item" data-refused data-testid="permission-refused">
          <Icon name="minus" />
          <span>
            {words} <Badge>{t("plugins.notGranted")}</Badge>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** How an update's permissions differ; what it could do more stands out, and comes first. */
export function PermissionChanges({ changes }: { changes: readonly PluginPermissionChange[] }) {
  const t = useTranslator();
  const ordered = [...changes].sort((a, b) => Number(b.needsConsent) - Number(a.needsConsent));
  return (
    <ul className="PermissionList" aria-label={t("plugins.changes")}>
      {ordered.map(({ name, kind, words, needsConsent }) => (
        <li key={`${name} ${kind}`} className="PermissionList-change" data-more={needsConsent || undefined} data-testid="permission-change" data-kind={kind}>
          <Badge tone={needsConsent ? "attention" : "neutral"}>{t(`plugins.change.${kind}`)}</Badge>
          <span className="PermissionList-words">{words}</span>
        </li>
      ))}
    </ul>
  );
}
