import type { Device, DeviceGroup } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Icon, IconButton, Menu, Row, Rows, Section, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useDeleteGroup, useDeviceGroups } from "../queries.ts";
import { GroupDialog } from "./GroupDialog.tsx";

/** Machines under one name, to send calls to them together. */
export function GroupsSection({ devices }: { devices: readonly Device[] }) {
  const t = useTranslator();
  const groups = useDeviceGroups();
  const [isAdding, setAdding] = useState(false);
  const add = (
    <Button icon="plus" onPress={() => setAdding(true)} data-testid="add-group">
      {t("groups.add")}
    </Button>
  );
  const isEmpty = groups.data?.length === 0;
  return (
    <Section title={t("groups.title")} description={t("groups.description")} action={!isEmpty && add}>
      {groups.error && <Banner tone="danger">{t.error(groups.error)}</Banner>}
      {isEmpty && (
        <EmptyState title={t("groups.empty")} action={add}>
          {t("groups.emptyText")}
        </EmptyState>
      )}
      {groups.data && !isEmpty && (
        <Rows label={t("groups.title")}>
          {groups.data.map((group) => (
            <GroupRow key={group.id} group={group} devices={devices} />
          ))}
        </Rows>
      )}
      {isAdding && <GroupDialog group={null} devices={devices} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function GroupRow({ group, devices }: { group: DeviceGroup; devices: readonly Device[] }) {
  const t = useTranslator();
  const toast = useToast();
  const remove = useDeleteGroup();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const members = devices.filter(({ id }) => group.deviceIds.includes(id));
  const online = members.filter((device) => device.online).length;
  return (
    <Row
      data-testid="group-row"
      leading={<Icon name="laptop" />}
      title={group.name}
      detail={
        members.length === 0
          ? t("groups.nobody")
          : `${members.map(({ name }) => name).join(", ")} · ${t("groups.online", { online, all: members.length })}`
      }
      actions={
        <>
          <Menu
            label={t("groups.actions", { name: group.name })}
            groups={[
              { actions: [{ id: "edit", label: t("groups.edit"), icon: "edit", run: () => setOpen("edit") }] },
              { actions: [{ id: "delete", label: t("groups.delete"), icon: "trash", isDestructive: true, run: () => setOpen("delete") }] },
            ]}
          >
            <IconButton icon="more" label={t("groups.actions", { name: group.name })} hasTooltip={false} />
          </Menu>
          {open === "edit" && <GroupDialog group={group} devices={devices} onClose={close} />}
          <Confirm
            isOpen={open === "delete"}
            title={t("groups.deleteTitle", { name: group.name })}
            text={t("groups.deleteText")}
            actionLabel={t("groups.delete")}
            isPending={remove.isPending}
            onClose={close}
            onConfirm={() => void remove.mutateAsync(group).then(close, (error: unknown) => toast({ text: t.error(error), tone: "danger" }))}
          />
        </>
      }
    />
  );
}
