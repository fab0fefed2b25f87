import type { Plugin } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, useToast } from "@openclaw/ui";
import { useState } from "react";

import { grantOf, secretsOf } from "../model.ts";
import { PermissionChoice } from "../PermissionChoice.tsx";
import { useChange } from "../queries.ts";
import { SettingsFields, useSettings } from "../SettingsFields.tsx";

import "./PluginDialog.css";

/** Permissions, settings and secrets of what is installed. A secret that is left empty stays. */
export function SettingsDialog({ plugin, onClose }: { plugin: Plugin; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const change = useChange(plugin.id);
  const settings = useSettings(plugin.settingsSchema, plugin.settings);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(plugin.permissions.map(({ name }) => name)));
  // One that was granted in part stays so; one that was not is granted as it is asked for.
  const granted = plugin.asked.filter(({ name }) => chosen.has(name)).map((asked) => plugin.permissions.find(({ name }) => name === asked.name) ?? asked);
  const submit = () => {
    const value = settings.read();
    if (!value) return;
    const secrets = settings.secretsOf(secretsOf(granted));
    const had = plugin.permissions.map(({ name }) => name);
    const isOther = had.length !== chosen.size || had.some((name) => !chosen.has(name));
    change.mutate(
      { settings: value, ...(Object.keys(secrets).length > 0 ? { secrets } : {}), ...(isOther ? { permissions: grantOf(granted) } : {}) },
      {
        onSuccess: () => {
          toast({ text: t("app.saved") });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("plugins.settingsTitle", { title: plugin.title })}
      closeLabel={t("app.close")}
      data-testid="settings-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isPending={change.isPending} data-testid="settings-submit">
            {t("app.save")}
          </Button>
        </>
      }
    >
      <form
        className="PluginDialog"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {plugin.asked.length > 0 && <PermissionChoice asked={plugin.asked} chosen={chosen} onChange={setChosen} />}
        <SettingsFields settings={settings} secrets={secretsOf(granted)} known={plugin.secrets} />
        {change.error && <Banner tone="danger" role="alert">{t.error(change.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
