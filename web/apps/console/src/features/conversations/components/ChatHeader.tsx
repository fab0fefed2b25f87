import type { Conversation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, IconButton, Menu } from "@openclaw/ui";

import { HeaderSlot } from "../../../shared/HeaderSlot.tsx";
import { useConversationMenu } from "./useConversationMenu.tsx";

import "./ChatHeader.css";

export function ChatHeader({ conversation }: { conversation: Conversation | null }) {
  const t = useTranslator();
  return (
    <HeaderSlot>
      <div className="ChatHeader">
        <h1 className="ChatHeader-title">{conversation ? conversation.title || t("conversations.untitled") : t("conversations.new")}</h1>
        {conversation?.archived && <Badge>{t("conversations.archived")}</Badge>}
        {conversation?.runState === "awaiting_approval" && (
          <Badge tone="attention">{t("conversations.state.awaiting_approval")}</Badge>
        )}
        {conversation?.runState === "waiting_for_device" && (
          <Badge tone="attention">{t("conversations.state.waiting_for_device")}</Badge>
        )}
        {conversation && <HeaderMenu conversation={conversation} />}
      </div>
    </HeaderSlot>
  );
}

function HeaderMenu({ conversation }: { conversation: Conversation }) {
  const t = useTranslator();
  const { groups, dialogs } = useConversationMenu(conversation);
  return (
    <span className="ChatHeader-menu">
      <Menu label={t("chat.actions")} groups={groups}>
        <IconButton icon="more" label={t("chat.actions")} hasTooltip={false} />
      </Menu>
      {dialogs}
    </span>
  );
}
