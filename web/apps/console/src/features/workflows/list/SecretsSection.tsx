import type { WorkflowSecret } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog, EmptyState, Icon, IconButton, Row, Rows, Section, Skeleton, TextField, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useWorkspaces } from "../../workspaces/index.ts";
import { useDeleteSecret, usePutSecret, useWorkflowSecrets } from "./queries.ts";

import "./SecretsSection.css";

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** Secrets that workflows refer to by name. Admins set and delete them; nobody sees a value again. */
export function SecretsSection() {
  const t = useTranslator();
  const secrets = useWorkflowSecrets();
  const { current } = useWorkspaces();
  const isAdmin = current.role === "owner" || current.role === "admin";
  const [isAdding, setAdding] = useState(false);
  const add = isAdmin && (
    <Button icon="plus" onPress={() => setAdding(true)} data-testid="add-secret">
      {t("workflows.secretAdd")}
    </Button>
  );
  const isEmpty = secrets.data?.length === 0;
  return (
    <Section title={t("workflows.secrets")} description={t("workflows.secretsText")} action={!isEmpty && add}>
      {secrets.error && <Banner tone="danger">{t.error(secrets.error)}</Banner>}
      {secrets.isPending && <Skeleton label={t("app.loading")} lines={1} isBlock />}
      {isEmpty && (
        <EmptyState title={t("workflows.secretsEmpty")} action={add}>
          {t(isAdmin ? "workflows.secretsEmptyText" : "workflows.secretsAdmins")}
        </EmptyState>
      )}
      {secrets.data && !isEmpty && (
        <Rows label={t("workflows.secrets")}>
          {secrets.data.map((secret) => (
            <SecretRow key={secret.name} secret={secret} isAdmin={isAdmin} />
          ))}
        </Rows>
      )}
      {isAdding && <SecretDialog name={null} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function SecretRow({ secret, isAdmin }: { secret: WorkflowSecret; isAdmin: boolean }) {
  const t = useTranslator();
  const toast = useToast();
  const remove = useDeleteSecret();
  const [open, setOpen] = useState<"set" | "delete" | null>(null);
  const close = () => setOpen(null);
  return (
    <Row
      data-testid="secret-row"
      leading={<Icon name="key" />}
      title={<code>{secret.name}</code>}
      detail={t("workflows.secretSet", { when: t.format.relative(secret.updatedAt) })}
      actions={
        isAdmin && (
          <>
            <IconButton icon="edit" label={t("workflows.secretReplace", { name: secret.name })} onPress={() => setOpen("set")} />
            <IconButton icon="trash" label={t("workflows.secretDelete", { name: secret.name })} onPress={() => setOpen("delete")} />
            {open === "set" && <SecretDialog name={secret.name} onClose={close} />}
            <Confirm
              isOpen={open === "delete"}
              title={t("workflows.secretDeleteTitle", { name: secret.name })}
              text={t("workflows.secretDeleteText")}
              actionLabel={t("app.delete")}
              isPending={remove.isPending}
              onClose={close}
              onConfirm={() =>
                // A promise, since callbacks of `mutate` die with this row, which goes when it succeeds.
                void remove.mutateAsync(secret.name).then(close, (error: unknown) => toast({ text: t.error(error), tone: "danger" }))
              }
            />
          </>
        )
      }
    />
  );
}

function SecretDialog({ name: known, onClose }: { name: string | null; onClose: () => void }) {
  const t = useTranslator();
  const put = usePutSecret();
  const [name, setName] = useState(known ?? "");
  const [value, setValue] = useState("");
  const isName = NAME.test(name);
  const submit = () => isName && value && put.mutate({ name, value }, { onSuccess: onClose });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={known ? t("workflows.secretReplace", { name: known }) : t("workflows.secretAdd")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" onPress={submit} isDisabled={!isName || !value} isPending={put.isPending} data-testid="save-secret">
            {t("app.save")}
          </Button>
        </>
      }
    >
      <form
        className="SecretsSection-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label={t("workflows.secretName")}
          value={name}
          onChange={setName}
          isMono
          isReadOnly={known !== null}
          autoFocus={known === null}
          autoComplete="off"
          maxLength={64}
          error={name && !isName ? t("workflows.secretNameWrong") : null}
        />
        <TextField
          label={t("workflows.secretValue")}
          type="password"
          value={value}
          onChange={setValue}
          autoFocus={known !== null}
          autoComplete="off"
          maxLength={16_384}
          description={t("workflows.secretValueText")}
        />
        {put.error && <Banner tone="danger" role="alert">{t.error(put.error)}</Banner>}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}
