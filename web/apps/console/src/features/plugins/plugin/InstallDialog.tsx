import type { PluginPackageDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, useToast } from "@openclaw/ui";
import { useState } from "react";

import { grantOf, secretsOf } from "../model.ts";
import { PermissionChoice } from "../PermissionChoice.tsx";
import { useInstall } from "../queries.ts";
import { SettingsFields, useSettings } from "../SettingsFields.tsx";

import "./PluginDialog.css";

/** Install a version: what it may do is read and agreed to, what it needs is filled in. */
export function InstallDialog({ item, onClose }: { item: PluginPackageDetail; onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const install = useInstall();
  const settings = useSettings(item.settingsSchema);
  const [isAgreed, setAgreed] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(item.permissions.map(({ name }) => name)));
  const granted = item.permissions.filter(({ name }) => chosen.has(name));
  const needsAgreement = granted.length > 0;
  // What was agreed to is what was shown then.
  const choose = (next: ReadonlySet<string>) => {
    setChosen(next);
    setAgreed(false);
  };
  const submit = () => {
    const value = settings.read();
    if (!value || (needsAgreement && !isAgreed)) return;
    install.mutate(
      { packageId: item.id, settings: value, secrets: settings.secretsOf(secretsOf(granted)), permissions: grantOf(granted) },
      {
        onSuccess: () => {
          toast({ text: t("plugins.installedNow", { title: item.title }) });
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("plugins.installTitle", { title: item.title })}
      closeLabel={t("app.close")}
      data-testid="install-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={needsAgreement && !isAgreed} isPending={install.isPending} data-testid="install-submit">
            {t("plugins.install")}
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
        <PermissionChoice asked={item.permissions} chosen={chosen} onChange={choose} />
        <SettingsFields settings={settings} secrets={secretsOf(granted)} />
        {needsAgreement && <Checkbox label={t("plugins.agree", { title: item.title })} isSelected={isAgreed} onChange={setAgreed} />}
        {install.error && <Banner tone="danger" role="alert">{t.error(install.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
