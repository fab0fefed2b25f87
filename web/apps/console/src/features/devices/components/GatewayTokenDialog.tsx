import type { GatewayTokenScope, NewGatewayToken } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Checkbox, CodeBlock, Dialog, Select, TextField } from "@openclaw/ui";
import { useState } from "react";

import { useAccount } from "../../identity/index.ts";
import { clientCommand, daysOf, EXPIRIES, isInsecure, nodeCommand, offeredScopes, type Expiry } from "../gatewayTokens.ts";
import { useCreateGatewayToken } from "../queries.ts";

import "./GatewayTokenDialog.css";

/** Makes a gateway token, then shows it once. Mounted while it is open. */
export function GatewayTokenDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const create = useCreateGatewayToken();
  const offered = offeredScopes(useAccount().workspace.role);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly GatewayTokenScope[]>(offered.slice(0, 1));
  const [expiry, setExpiry] = useState<Expiry>("90");
  const [hasTried, setTried] = useState(false);
  const isComplete = name.trim() !== "" && scopes.length > 0;
  if (create.data) return <Created token={create.data} onClose={onClose} />;
  const submit = () => {
    setTried(true);
    if (isComplete) create.mutate({ name: name.trim(), scopes: [...scopes], expiresInDays: daysOf(expiry) });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("tokens.addTitle")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" isPending={create.isPending} onPress={submit} data-testid="create-token">
            {t("tokens.create")}
          </Button>
        </>
      }
    >
      <form
        className="GatewayTokenDialog"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {create.error && (
          <Banner tone="danger" role="alert">
            {t.error(create.error)}
          </Banner>
        )}
        <TextField
          label={t("tokens.name")}
          value={name}
          onChange={setName}
          description={t("tokens.nameHint")}
          error={hasTried && name.trim() === "" ? t("tokens.nameMissing") : null}
          maxLength={100}
          autoFocus
        />
        <fieldset className="GatewayTokenDialog-scopes">
          <legend className="GatewayTokenDialog-legend">{t("tokens.scopes")}</legend>
          {offered.map((scope) => (
            <Checkbox
              key={scope}
              label={t(`tokens.scope.${scope}`)}
              isSelected={scopes.includes(scope)}
              onChange={(isChosen) => setScopes(offered.filter((other) => (other === scope ? isChosen : scopes.includes(other))))}
            />
          ))}
          {hasTried && scopes.length === 0 && (
            <p className="GatewayTokenDialog-error" role="alert">
              {t("tokens.scopesMissing")}
            </p>
          )}
        </fieldset>
        <Select
          label={t("tokens.expiry")}
          value={expiry}
          onChange={setExpiry}
          options={EXPIRIES.map((value) => ({ value, label: t(`tokens.expiry.${value}`) }))}
        />
      </form>
    </Dialog>
  );
}

function Created({ token, onClose }: { token: NewGatewayToken; onClose: () => void }) {
  const t = useTranslator();
  const labels = { copy: t("app.copy"), copied: t("app.copied") };
  const isForMachines = token.scopes.includes("node");
  const isForPeople = token.scopes.some((scope) => scope !== "node");
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("tokens.createdTitle", { name: token.name })}
      closeLabel={t("app.close")}
      data-testid="token-created"
      actions={
        <Button tone="primary" onPress={onClose}>
          {t("app.close")}
        </Button>
      }
    >
      <div className="GatewayTokenDialog">
        <p>{t("tokens.createdText")}</p>
        <CodeBlock code={token.token} caption={t("tokens.token")} labels={labels} isWrapped />
        {isForMachines && (
          <div>
            <CodeBlock code={nodeCommand(token.gatewayUrl, token.token)} caption={t("tokens.runNode")} labels={labels} isWrapped />
            <p className="GatewayTokenDialog-note">{t("tokens.runNodeNote")}</p>
          </div>
        )}
        {isForPeople && (
          <CodeBlock code={clientCommand(token.gatewayUrl, token.token)} caption={t("tokens.runClient")} labels={labels} isWrapped />
        )}
        {isInsecure(token.gatewayUrl) && <p className="GatewayTokenDialog-note">{t("tokens.insecureNote")}</p>}
      </div>
    </Dialog>
  );
}
