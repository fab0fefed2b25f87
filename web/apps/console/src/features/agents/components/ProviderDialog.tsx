import type { ModelProvider } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, Dialog, Select, TextField } from "@openclaw/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { checkProvider, formFor, formOfPreset, inputOf, presetOf, PRESETS, type ProviderErrors, type ProviderForm } from "../presets.ts";

import "./ProviderDialog.css";

const FORM_ID = "provider-form";

/** Adds a model provider, or edits one. Mounted while it is open. */
export function ProviderDialog({ provider, isFirst, onClose }: { provider: ModelProvider | null; isFirst: boolean; onClose: () => void }) {
  const t = useTranslator();
  const api = useApi();
  const queryClient = useQueryClient();
  const [form, setForm] = useState<ProviderForm>(() => formFor(provider, isFirst));
  const [errors, setErrors] = useState<ProviderErrors>({});
  const save = useMutation({
    mutationFn: () => (provider ? api.models.updateProvider(provider.id, inputOf(form)) : api.models.addProvider(inputOf(form))),
    onSuccess: async () => {
      await Promise.all([queryKeys.providers, queryKeys.models].map((queryKey) => queryClient.invalidateQueries({ queryKey })));
      onClose();
    },
  });
  const preset = presetOf(form.preset);
  const keyHint = provider?.keyHint ?? null;
  const set = <Name extends keyof ProviderForm>(name: Name, value: ProviderForm[Name]) =>
    setForm((current) => ({ ...current, [name]: value }));
  const errorOf = (name: keyof ProviderForm) => {
    const key = errors[name];
    return key ? t(key) : null;
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={provider ? t("models.editTitle", { name: provider.name }) : t("models.addTitle")}
      closeLabel={t("app.close")}
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <SubmitButton isPending={save.isPending} label={t(provider ? "app.save" : "app.add")} />
        </>
      }
    >
      <form
        id={FORM_ID}
        className="ProviderDialog"
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          const found = checkProvider(form, keyHint !== null);
          setErrors(found);
          if (Object.keys(found).length === 0) save.mutate();
        }}
      >
        {save.error && (
          <Banner tone="danger" role="alert">
            {t.error(save.error)}
          </Banner>
        )}
        {!provider && (
          <Select
            label={t("models.preset")}
            value={form.preset}
            onChange={(id) => {
              setForm((current) => formOfPreset(presetOf(id), current.isDefault));
              setErrors({});
            }}
            options={PRESETS.map(({ id }) => ({ value: id, label: t(`models.preset.${id}`) }))}
          />
        )}
        <TextField label={t("models.name")} value={form.name} onChange={(value) => set("name", value)} error={errorOf("name")} maxLength={100} />
        {preset.baseUrl !== null && (
          <TextField
            label={t("models.baseUrl")}
            value={form.baseUrl}
            onChange={(value) => set("baseUrl", value)}
            error={errorOf("baseUrl")}
            description={t("models.baseUrlHint")}
            inputMode="url"
            isMono
          />
        )}
        <TextField
          label={preset.needsKey ? t("models.apiKey") : t("app.optionalLabel", { label: t("models.apiKey") })}
          type="password"
          autoComplete="off"
          value={form.apiKey}
          onChange={(value) => set("apiKey", value)}
          error={errorOf("apiKey")}
          description={keyHint ? t("models.apiKeyKept", { hint: keyHint }) : preset.needsKey ? null : t("models.apiKeyNone")}
          isMono
        />
        <TextField
          label={t("models.model")}
          value={form.model}
          onChange={(value) => set("model", value)}
          error={errorOf("model")}
          description={t("models.modelHint")}
          {...(preset.modelExample ? { placeholder: preset.modelExample } : {})}
          isMono
        />
        <TextField
          label={t("app.optionalLabel", { label: t("models.contextWindow") })}
          value={form.contextWindow}
          onChange={(value) => set("contextWindow", value)}
          error={errorOf("contextWindow")}
          description={t("models.contextWindowHint")}
          inputMode="numeric"
        />
        <Checkbox label={t("models.isDefault")} isSelected={form.isDefault} onChange={(value) => set("isDefault", value)} />
      </form>
    </Dialog>
  );
}

/** Outside of the form's element, so that it stays in the dialog's footer. */
function SubmitButton({ isPending, label }: { isPending: boolean; label: string }) {
  return (
    <Button
      tone="primary"
      isPending={isPending}
      onPress={() => (document.getElementById(FORM_ID) as HTMLFormElement | null)?.requestSubmit()}
    >
      {label}
    </Button>
  );
}
