import type { Plugin } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, useToast } from "@openclaw/ui";

import { secretsOf } from "../model.ts";
import { useChange } from "../queries.ts";
import { SettingsFields, useSettings } from "../SettingsFields.tsx";

import "./PluginDialog.css";

/** Settings and secrets of what is installed. A secret that is left empty stays. */
export function SettingsDialog({ plugin, onClose }: { plugin: Plugin; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const change = useChange(plugin.id);
  const settings = useSettings(plugin.settingsSchema, plugin.settings);
  const submit = () => {
    const value = settings.read();
    if (!value) return;
    const given = Object.keys(settings.secrets).length > 0 ? { secrets: { ...settings.secrets } } : {};
    change.mutate(
      { settings: value, ...given },
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
        <SettingsFields settings={settings} secrets={secretsOf(plugin.permissions)} known={plugin.secrets} />
        {change.error && <Banner tone="danger" role="alert">{t.error(change.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
