import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, Select, Skeleton } from "@openclaw/ui";
import { useState } from "react";

import { useRuntimeModels, useSetRuntimeModel } from "../queries.ts";

/** Which model Pi uses on its machine: those that it has credentials for there. Mounted while it is open. */
export function RuntimeModelDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const t = useTranslator();
  const models = useRuntimeModels(conversationId);
  const change = useSetRuntimeModel(conversationId);
  const [chosen, setChosen] = useState<string | null>(null);
  const keyed = (models.data?.items ?? []).map((model) => ({ ...model, key: `${model.provider}/${model.id}` }));
  const current = models.data?.current;
  const value = chosen ?? (current ? `${current.provider}/${current.id}` : "");
  const error = models.error ?? change.error;
  const save = () => {
    const model = keyed.find(({ key }) => key === value);
    if (model) change.mutate({ provider: model.provider, model: model.id }, { onSuccess: onClose });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("runtime.model")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={save} isDisabled={value === ""} isPending={change.isPending}>
            {t("app.save")}
          </Button>
        </>
      }
    >
      {error && (
        <Banner tone="danger" role="alert">
          {t.error(error)}
        </Banner>
      )}
      {models.isPending ? (
        <Skeleton label={t("app.loading")} lines={2} />
      ) : (
        models.data && (
          <Select
            label={t("composer.model")}
            value={value}
            options={keyed.map(({ key, name, id, provider }) => ({ value: key, label: name || id, detail: provider }))}
            onChange={setChosen}
          />
        )
      )}
    </Dialog>
  );
}
