import type { Workspace } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Icon, IconButton, Row, Rows, Section, useToast } from "@openclaw/ui";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { NameDialog } from "../../../shared/NameDialog.tsx";
import { useApi } from "../../../shared/services.tsx";
import { useReloadAccount, useSwitchWorkspace, useWorkspaces } from "../queries.ts";
import { AcceptInvitation } from "./AcceptInvitation.tsx";
import { Invitations } from "./Invitations.tsx";
import { Members } from "./Members.tsx";

export function WorkspacesSection() {
  const t = useTranslator();
  const { workspaces, current } = useWorkspaces();
  const [isCreating, setCreating] = useState(false);
  const canManage = current.role === "owner" || current.role === "admin";
  return (
    <>
      <Section
        title={t("workspaces.title")}
        description={t("workspaces.description")}
        action={
          <Button icon="plus" onPress={() => setCreating(true)}>
            {t("workspaces.create")}
          </Button>
        }
      >
        <Rows label={t("workspaces.title")}>
          {workspaces.map((workspace) => (
            <WorkspaceRow key={workspace.id} workspace={workspace} isCurrent={workspace.id === current.id} />
          ))}
        </Rows>
        {isCreating && <CreateWorkspace onClose={() => setCreating(false)} />}
      </Section>
      {current.kind === "shared" && <Members workspace={current} canManage={canManage} />}
      {current.kind === "shared" && canManage && <Invitations workspace={current} />}
      <Section title={t("invitations.accept")}>
        <AcceptInvitation />
      </Section>
    </>
  );
}

function WorkspaceRow({ workspace, isCurrent }: { workspace: Workspace; isCurrent: boolean }) {
  const t = useTranslator();
  const api = useApi();
  const switchWorkspace = useSwitchWorkspace();
  const reloadAccount = useReloadAccount();
  const [isRenaming, setRenaming] = useState(false);
  const rename = useMutation({
    mutationFn: (name: string) => api.workspaces.rename(workspace.id, name),
    onSuccess: async () => {
      await reloadAccount();
      setRenaming(false);
    },
  });
  const mayRename = workspace.role === "owner" || workspace.role === "admin";
  return (
    <Row
      leading={<Icon name={workspace.kind === "personal" ? "user" : "users"} />}
      title={workspace.name}
      badges={isCurrent && <Badge tone="accent">{t("workspaces.current")}</Badge>}
      detail={`${t(`workspaces.${workspace.kind}`)} · ${t("workspaces.yourRole", { role: t(`workspaces.role.${workspace.role}`) })}`}
      actions={
        <>
          {!isCurrent && (
            <Button size="s" onPress={() => switchWorkspace(workspace)}>
              {t("workspaces.switch")}
            </Button>
          )}
          {mayRename && <IconButton size="s" icon="edit" label={t("workspaces.renameTitle")} onPress={() => setRenaming(true)} />}
          {isRenaming && (
            <NameDialog
              title={t("workspaces.renameTitle")}
              label={t("workspaces.name")}
              initial={workspace.name}
              isPending={rename.isPending}
              error={rename.error ? t.error(rename.error) : null}
              onSubmit={(name) => rename.mutate(name)}
              onClose={() => setRenaming(false)}
            />
          )}
        </>
      }
    />
  );
}

function CreateWorkspace({ onClose }: { onClose: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const reloadAccount = useReloadAccount();
  const create = useMutation({
    mutationFn: (name: string) => api.workspaces.create({ name }),
    onSuccess: async ({ name }) => {
      await reloadAccount();
      toast({ text: t("workspaces.created", { name }) });
      onClose();
    },
  });
  return (
    <NameDialog
      title={t("workspaces.createTitle")}
      label={t("workspaces.name")}
      initial=""
      isPending={create.isPending}
      error={create.error ? t.error(create.error) : null}
      onSubmit={(name) => create.mutate(name)}
      onClose={onClose}
    />
  );
}
