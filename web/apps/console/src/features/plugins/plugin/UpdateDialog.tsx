import type { Plugin, PluginPackageDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, Skeleton, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { grantAfter, shortKey } from "../model.ts";
import { PermissionChanges } from "../PermissionList.tsx";
import { usePackage, useUpdate } from "../queries.ts";
import { SettingsFields, useSettings } from "../SettingsFields.tsx";

import "./PluginDialog.css";

/** Go to another version. What it could do more stands out and has to be agreed to. */
export function UpdateDialog({ plugin, packageId, onClose }: { plugin: Plugin; packageId: string; onClose: () => void }) {
  const t = useTranslator();
  const next = usePackage(packageId);
  if (next.data) return <Ready plugin={plugin} next={next.data} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title={t("plugins.updateTitle", { title: plugin.title })} closeLabel={t("app.close")}>
      {next.error ? <Banner tone="danger" role="alert">{t.error(next.error)}</Banner> : <Skeleton label={t("app.loading")} />}
    </Dialog>
  );
}

function Ready({ plugin, next, onClose }: { plugin: Plugin; next: PluginPackageDetail; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const update = useUpdate(plugin.id);
  const settings = useSettings(next.settingsSchema, plugin.settings);
  const [isAgreed, setAgreed] = useState(false);
  const [isKeyAccepted, setKeyAccepted] = useState(false);
  const asksMore = next.changes.some(({ needsConsent }) => needsConsent);
  const hasOtherSettings = JSON.stringify(plugin.settingsSchema) !== JSON.stringify(next.settingsSchema);
  const isReady = (!asksMore || isAgreed) && (!next.publisherChanged || isKeyAccepted);
  const submit = () => {
    const value = hasOtherSettings ? settings.read() : plugin.settings;
    if (!value || !isReady) return;
    update.mutate(
      { packageId: next.id, settings: value, permissions: grantAfter(plugin.permissions, next.permissions, next.changes), acceptPublisher: isKeyAccepted },
      {
        onSuccess: () => {
          toast({ text: t("plugins.updatedNow", { title: next.title, version: next.version }) });
          onClose();
          // To what is installed now, from whichever version was looked at.
          void navigate({ to: "/plugins/$name", params: { name: plugin.name } });
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("plugins.updateTitle", { title: next.title })}
      closeLabel={t("app.close")}
      data-testid="update-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!isReady} isPending={update.isPending} data-testid="update-submit">
            {t("plugins.goTo", { version: next.version })}
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
        <p>{t("plugins.updateText", { before: plugin.version, after: next.version })}</p>
        {next.deprecated !== null && <Banner tone="attention" title={t("plugins.isDeprecated")}>{next.deprecated}</Banner>}
        <section className="PluginDialog-part">
          <h3 className="PluginDialog-title">{t(asksMore ? "plugins.asksMore" : "plugins.changes")}</h3>
          {next.changes.length > 0 ? <PermissionChanges changes={next.changes} /> : <p className="PluginDialog-note">{t("plugins.noChanges")}</p>}
          {asksMore && <Checkbox label={t("plugins.agreeMore")} isSelected={isAgreed} onChange={setAgreed} />}
        </section>
        {next.publisherChanged && (
          <section className="PluginDialog-part">
            <Banner tone="attention" title={t("plugins.keyChanged")}>
              {t("plugins.keyChangedText", { known: shortKey(plugin.publisherKey), found: shortKey(next.publisherKey) })}
            </Banner>
            <Checkbox label={t("plugins.trustKey")} isSelected={isKeyAccepted} onChange={setKeyAccepted} />
          </section>
        )}
        {hasOtherSettings && <SettingsFields settings={settings} secrets={[]} />}
        {update.error && <Banner tone="danger" role="alert">{t.error(update.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
