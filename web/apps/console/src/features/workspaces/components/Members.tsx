import type { Member, Workspace, WorkspaceRole } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Row, Rows, Section, Select, Skeleton, useToast } from "@openclaw/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";
import { useWorkspaces } from "../queries.ts";

export const ASSIGNABLE_ROLES: readonly WorkspaceRole[] = ["admin", "member", "viewer"];

export function Members({ workspace, canManage }: { workspace: Workspace; canManage: boolean }) {
  const t = useTranslator();
  const api = useApi();
  const members = useQuery({
    queryKey: queryKeys.members(workspace.id),
    queryFn: ({ signal }) => api.workspaces.members(workspace.id, signal),
  });
  return (
    <Section title={t("members.title", { workspace: workspace.name })} description={t("members.description")}>
      {members.error && <Banner tone="danger">{t.error(members.error)}</Banner>}
      {members.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {members.data && (
        <Rows label={t("members.title", { workspace: workspace.name })}>
          {members.data.items.map((member) => (
            <MemberRow key={member.user.id} workspace={workspace} member={member} canManage={canManage} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function MemberRow({ workspace, member, canManage }: { workspace: Workspace; member: Member; canManage: boolean }) {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const { userId } = useWorkspaces();
  const [isRemoving, setRemoving] = useState(false);
  const reload = () => queryClient.invalidateQueries({ queryKey: queryKeys.members(workspace.id) });
  const onError = (error: Error) => toast({ text: t.error(error), tone: "danger" });
  const changeRole = useMutation({
    mutationFn: (role: WorkspaceRole) => api.workspaces.changeRole(workspace.id, member.user.id, role),
    onSuccess: reload,
    onError,
  });
  const name = member.user.displayName || member.user.username;
  const remove = useMutation({
    mutationFn: () => api.workspaces.removeMember(workspace.id, member.user.id),
    onSuccess: async () => {
      setRemoving(false);
      toast({ text: t("members.removed", { name }) });
      await reload();
    },
    onError,
  });
  const isSelf = member.user.id === userId;
  const isFixed = !canManage || member.role === "owner";
  return (
    <Row
      title={name}
      badges={isSelf && <Badge>{t("members.you")}</Badge>}
      detail={`${member.user.username} · ${t("members.joined", { when: t.format.relative(member.joinedAt) })}`}
      actions={
        <>
          {isFixed ? (
            <Badge tone={member.role === "owner" ? "accent" : "neutral"}>{t(`workspaces.role.${member.role}`)}</Badge>
          ) : (
            <>
              <Select
                label={t("members.role", { name })}
                isLabelHidden
                isQuiet
                value={member.role}
                onChange={(role) => changeRole.mutate(role)}
                options={ASSIGNABLE_ROLES.map((role) => ({ value: role, label: t(`workspaces.role.${role}`) }))}
              />
              <Button size="s" tone="danger" onPress={() => setRemoving(true)}>
                {t(isSelf ? "members.leave" : "members.remove")}
              </Button>
            </>
          )}
          <Confirm
            isOpen={isRemoving}
            title={t("members.removeTitle", { name })}
            text={t("members.removeText")}
            actionLabel={t("members.remove")}
            isPending={remove.isPending}
            onConfirm={() => remove.mutate()}
            onClose={() => setRemoving(false)}
          />
        </>
      }
    />
  );
}
