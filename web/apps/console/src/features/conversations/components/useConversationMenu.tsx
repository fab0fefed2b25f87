import type { Conversation } from "@openclaw/api";
import { useTranslator, type MessageKey } from "@openclaw/i18n";
import { useToast, type MenuGroup } from "@openclaw/ui";
import { useMatchRoute, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { NameDialog } from "../../../shared/NameDialog.tsx";
import { useApi } from "../../../shared/services.tsx";
import { exportFileName } from "../model.ts";
import { useChangeConversation, type ConversationChange } from "../queries.ts";
import { RuntimeModelDialog } from "./RuntimeModelDialog.tsx";

/** What can be done with a conversation, the same in the list and in the chat's header. */
export function useConversationMenu(conversation: Conversation): { groups: MenuGroup[]; dialogs: ReactNode } {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const navigate = useNavigate();
  const matchRoute = useMatchRoute();
  const [isRenaming, setRenaming] = useState(false);
  const [isChoosingModel, setChoosingModel] = useState(false);
  const change = useChangeConversation();
  const title = conversation.title || t("conversations.untitled");
  const onError = (error: Error) => toast({ text: t.error(error), tone: "danger" });

  const apply = (kind: ConversationChange["kind"] & ("archive" | "unarchive" | "delete" | "restore"), done?: () => void) =>
    // A promise, since callbacks of `mutate` die with the list entry that this very change may take away.
    void change.mutateAsync({ conversation, change: { kind } }).then(done, onError);
  const leave = () => {
    if (matchRoute({ to: "/c/$conversationId", params: { conversationId: conversation.id } })) void navigate({ to: "/chat" });
  };
  const archive = () =>
    apply("archive", () => {
      toast({ text: t("conversations.wasArchived", { title }), action: { label: t("app.undo"), run: () => apply("unarchive") } });
      leave();
    });
  const remove = () => {
    // First, so that the page does not ask for what is gone.
    leave();
    apply("delete", () =>
      toast({ text: t("conversations.wasDeleted", { title }), action: { label: t("app.undo"), run: () => apply("restore") } }),
    );
  };
  const download = (format: "markdown" | "json") =>
    void api.conversations
      .export(conversation.id, format)
      .then((blob) => saveFile(blob, exportFileName(title, format)))
      .catch(onError);

  const command = (run: (id: string) => Promise<void>, done: MessageKey) =>
    void run(conversation.id).then(() => toast({ text: t(done) }), onError);
  const ofRuntime: MenuGroup[] =
    conversation.runtime === "pi"
      ? [
          {
            actions: [
              { id: "runtime-model", label: t("runtime.model"), icon: "settings", run: () => setChoosingModel(true) },
              { id: "runtime-compact", label: t("runtime.compact"), icon: "archive", run: () => command(api.conversations.compact, "runtime.compacted") },
              { id: "runtime-new", label: t("runtime.newSession"), icon: "plus", run: () => command(api.conversations.newSession, "runtime.newSessionDone") },
            ],
          },
        ]
      : [];
  const groups: MenuGroup[] = [
    ...ofRuntime,
    {
      actions: [
        { id: "rename", label: t("app.rename"), icon: "edit", run: () => setRenaming(true) },
        conversation.archived
          ? { id: "unarchive", label: t("conversations.unarchive"), icon: "undo", run: () => apply("unarchive") }
          : { id: "archive", label: t("conversations.archive"), icon: "archive", run: archive },
      ],
    },
    {
      actions: [
        { id: "markdown", label: t("chat.exportMarkdown"), icon: "download", run: () => download("markdown") },
        { id: "json", label: t("chat.exportJson"), icon: "download", run: () => download("json") },
      ],
    },
    { actions: [{ id: "delete", label: t("app.delete"), icon: "trash", isDestructive: true, run: remove }] },
  ];
  const renaming = isRenaming && (
    <NameDialog
      title={t("app.rename")}
      label={t("conversations.newTitle")}
      initial={conversation.title}
      isPending={change.isPending}
      error={change.error ? t.error(change.error) : null}
      onSubmit={(name) =>
        change.mutate({ conversation, change: { kind: "rename", title: name } }, { onSuccess: () => setRenaming(false) })
      }
      onClose={() => setRenaming(false)}
    />
  );
  const dialogs = (
    <>
      {renaming}
      {isChoosingModel && <RuntimeModelDialog conversationId={conversation.id} onClose={() => setChoosingModel(false)} />}
    </>
  );
  return { groups, dialogs };
}

function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
