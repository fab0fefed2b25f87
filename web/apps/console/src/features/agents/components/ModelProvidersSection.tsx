import type { ModelProvider, ModelProviderTest } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Dot, EmptyState, IconButton, Menu, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useProviders } from "../queries.ts";
import { ProviderDialog } from "./ProviderDialog.tsx";

export function ModelProvidersSection() {
  const t = useTranslator();
  const providers = useProviders();
  const [isAdding, setAdding] = useState(false);
  const items = providers.data?.items ?? [];
  const add = (
    <Button icon="plus" tone={items.length === 0 ? "primary" : "secondary"} onPress={() => setAdding(true)}>
      {t("models.add")}
    </Button>
  );
  return (
    <Section title={t("models.title")} description={t("models.description")} action={items.length > 0 && add}>
      {providers.error && <Banner tone="danger">{t.error(providers.error)}</Banner>}
      {providers.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {providers.data && items.length === 0 && (
        <EmptyState title={t("models.empty")} action={add}>
          {t("models.emptyText")}
        </EmptyState>
      )}
      {items.length > 0 && (
        <Rows label={t("models.title")}>
          {items.map((provider) => (
            <ProviderRow key={provider.id} provider={provider} />
          ))}
        </Rows>
      )}
      {isAdding && <ProviderDialog provider={null} isFirst={items.length === 0} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function ProviderRow({ provider }: { provider: ModelProvider }) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const reload = async () => {
    await Promise.all(
      [queryKeys.providers, queryKeys.models].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
    );
  };
  const onError = (error: Error) => toast({ text: t.error(error), tone: "danger" });
  const test = useMutation({ mutationFn: () => api.models.testProvider(provider.id) });
  const makeDefault = useMutation({
    mutationFn: () => api.models.updateProvider(provider.id, { isDefault: true }),
    onSuccess: reload,
    onError,
  });
  const remove = useMutation({
    mutationFn: () => api.models.removeProvider(provider.id),
    onSuccess: async () => {
      close();
      toast({ text: t("models.deleted", { name: provider.name }) });
      await reload();
    },
    onError,
  });
  const facts = [
    provider.model,
    ...(provider.baseUrl ? [provider.baseUrl] : []),
    provider.keyHint ? t("models.key", { hint: provider.keyHint }) : t("models.noKey"),
  ];
  return (
    <Row
      title={provider.name}
      badges={provider.isDefault && <Badge tone="accent">{t("models.default")}</Badge>}
      detail={
        <>
          {facts.join(" · ")}
          <TestResult result={test.data ?? null} error={test.error} />
        </>
      }
      actions={
        <>
          <Button size="s" isPending={test.isPending} onPress={() => test.mutate()}>
            {t(test.isPending ? "models.testing" : "models.test")}
          </Button>
          <Menu
            label={provider.name}
            groups={[
              {
                actions: [
                  { id: "edit", label: t("app.edit"), icon: "edit", run: () => setOpen("edit") },
                  ...(provider.isDefault
                    ? []
                    : [{ id: "default", label: t("models.makeDefault"), icon: "check" as const, run: () => makeDefault.mutate() }]),
                ],
              },
              { actions: [{ id: "delete", label: t("app.delete"), icon: "trash", isDestructive: true, run: () => setOpen("delete") }] },
            ]}
          >
            <IconButton size="s" icon="more" label={provider.name} hasTooltip={false} />
          </Menu>
          {open === "edit" && <ProviderDialog provider={provider} isFirst={false} onClose={close} />}
          <Confirm
            isOpen={open === "delete"}
            title={t("models.deleteTitle", { name: provider.name })}
            text={t("models.deleteText")}
            actionLabel={t("app.delete")}
            isPending={remove.isPending}
            onConfirm={() => remove.mutate()}
            onClose={close}
          />
        </>
      }
    />
  );
}

function TestResult({ result, error }: { result: ModelProviderTest | null; error: Error | null }) {
  const t = useTranslator();
  if (!result && !error) return null;
  const isOk = result?.ok === true;
  const reason = error ? t.error(error) : (result?.error?.title ?? t("error.unknown"));
  return (
    <p role="status" data-testid="provider-test" data-ok={isOk}>
      <Dot state={isOk ? "live" : "danger"} />{" "}
      {isOk ? t("models.testOk", { ms: t.format.number(Math.round(result.latencyMs)) }) : t("models.testFailed", { reason })}
    </p>
  );
}
