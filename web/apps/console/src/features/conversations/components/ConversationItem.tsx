import type { Conversation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Dot, IconButton, Menu } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { useConversationMenu } from "./useConversationMenu.tsx";

import "./ConversationItem.css";

const DOTS = { running: "busy", awaiting_approval: "attention", waiting_for_device: "off" } as const;

export function ConversationItem({ conversation, onLeave }: { conversation: Conversation; onLeave?: () => void }) {
  const t = useTranslator();
  const { groups, dialogs } = useConversationMenu(conversation);
  const title = conversation.title || t("conversations.untitled");
  const label = t("conversations.actions", { title });
  const { runState } = conversation;
  return (
    <li className="ConversationItem" data-testid="conversation">
      <Link
        to="/c/$conversationId"
        params={{ conversationId: conversation.id }}
        className="ConversationItem-link"
        activeProps={{ "data-active": true, "aria-current": "page" }}
        onClick={onLeave}
      >
        <span className="ConversationItem-title">{title}</span>
        {runState && <Dot state={DOTS[runState]} label={t(`conversations.state.${runState}`)} />}
      </Link>
      <span className="ConversationItem-menu">
        <Menu label={label} groups={groups}>
          <IconButton icon="more" size="s" label={label} hasTooltip={false} />
        </Menu>
      </span>
      {dialogs}
    </li>
  );
}
