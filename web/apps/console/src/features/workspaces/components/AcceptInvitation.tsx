import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, TextField, useToast } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { useApi } from "../../../shared/services.tsx";
import { useReloadAccount, useSwitchWorkspace } from "../queries.ts";

import "./WorkspacesSection.css";

/** Joins the workspace of an invitation and goes there. */
export function AcceptInvitation({ initialToken = "" }: { initialToken?: string }) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const reloadAccount = useReloadAccount();
  const switchWorkspace = useSwitchWorkspace();
  const [token, setToken] = useState(initialToken);
  const accept = useMutation({
    mutationFn: api.workspaces.acceptInvitation,
    onSuccess: async (workspace) => {
      await reloadAccount();
      toast({ text: t("invitations.joined", { name: workspace.name }) });
      switchWorkspace(workspace);
    },
  });
  return (
    <form
      className="WorkspacesSection-form"
      onSubmit={(event) => {
        event.preventDefault();
        accept.mutate(token.trim());
      }}
    >
      {accept.error && (
        <Banner tone="danger" role="alert">
          {t.error(accept.error)}
        </Banner>
      )}
      <TextField label={t("invitations.token")} description={t("invitations.acceptText")} value={token} onChange={setToken} isMono />
      <div>
        <Button type="submit" isPending={accept.isPending} isDisabled={token.trim() === ""}>
          {t("invitations.join")}
        </Button>
      </div>
    </form>
  );
}
