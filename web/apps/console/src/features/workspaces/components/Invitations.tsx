import type { Invitation, Workspace, WorkspaceRole } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, CodeBlock, Dialog, Row, Rows, Section, Select, Skeleton, TextField, useToast } from "@openclaw/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { ASSIGNABLE_ROLES } from "./Members.tsx";

import "./WorkspacesSection.css";

export function Invitations({ workspace }: { workspace: Workspace }) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const [isInviting, setInviting] = useState(false);
  const queryKey = queryKeys.invitations(workspace.id);
  const invitations = useQuery({ queryKey, queryFn: ({ signal }) => api.workspaces.invitations(workspace.id, signal) });
  const withdraw = useMutation({
    mutationFn: (invitation: Invitation) => api.workspaces.withdrawInvitation(workspace.id, invitation.id),
    onSuccess: () => {
      toast({ text: t("invitations.withdrawn") });
      return queryClient.invalidateQueries({ queryKey });
    },
    onError: (error) => toast({ text: t.error(error), tone: "danger" }),
  });
  return (
    <Section
      title={t("invitations.title")}
      description={t("invitations.description")}
      action={
        <Button icon="plus" onPress={() => setInviting(true)}>
          {t("invitations.invite")}
        </Button>
      }
    >
      {invitations.error && <Banner tone="danger">{t.error(invitations.error)}</Banner>}
      {invitations.isPending && <Skeleton label={t("app.loading")} lines={2} />}
      {invitations.data?.items.length === 0 && <p>{t("invitations.empty")}</p>}
      {invitations.data && invitations.data.items.length > 0 && (
        <Rows label={t("invitations.title")}>
          {invitations.data.items.map((invitation) => (
            <Row
              key={invitation.id}
              title={invitation.email ?? t("invitations.anyone")}
              badges={<Badge>{t(`workspaces.role.${invitation.role}`)}</Badge>}
              detail={t("invitations.expires", { when: t.format.relative(invitation.expiresAt) })}
              actions={
                <Button size="s" tone="danger" onPress={() => withdraw.mutate(invitation)}>
                  {t("invitations.withdraw")}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
      {isInviting && <Invite workspace={workspace} onClose={() => setInviting(false)} />}
    </Section>
  );
}

function Invite({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const t = useTranslator();
  const api = useApi();
  const queryClient = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<WorkspaceRole>("member");
  const invite = useMutation({
    mutationFn: () => api.workspaces.invite(workspace.id, { role, ...(email.trim() ? { email: email.trim() } : {}) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.invitations(workspace.id) }),
  });
  const token = invite.data?.token;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(token ? "invitations.createdTitle" : "invitations.invite")}
      closeLabel={t("app.close")}
      size="s"
      actions={
        token ? (
          <Button tone="primary" onPress={onClose}>
            {t("app.close")}
          </Button>
        ) : (
          <>
            <Button onPress={onClose}>{t("app.cancel")}</Button>
            <Button tone="primary" isPending={invite.isPending} onPress={() => invite.mutate()}>
              {t("invitations.create")}
            </Button>
          </>
        )
      }
    >
      {token ? (
        <div className="WorkspacesSection-form">
          <p>{t("invitations.createdText")}</p>
          <CodeBlock
            code={`${window.location.origin}/join#${token}`}
            caption={t("invitations.link")}
            labels={{ copy: t("app.copy"), copied: t("app.copied") }}
            isWrapped
          />
        </div>
      ) : (
        <div className="WorkspacesSection-form">
          {invite.error && <Banner tone="danger">{t.error(invite.error)}</Banner>}
          <TextField
            label={t("app.optionalLabel", { label: t("invitations.email") })}
            type="email"
            value={email}
            onChange={setEmail}
            description={t("invitations.emailHint")}
          />
          <Select
            label={t("invitations.role")}
            value={role}
            onChange={setRole}
            options={ASSIGNABLE_ROLES.map((value) => ({ value, label: t(`workspaces.role.${value}`) }))}
          />
        </div>
      )}
    </Dialog>
  );
}
