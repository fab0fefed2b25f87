import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Icon, IconButton, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";

import { useNow } from "../../../shared/useNow.ts";
import { groupByAge } from "../model.ts";
import { useConversations } from "../queries.ts";
import { ConversationItem } from "./ConversationItem.tsx";

import "./ConversationList.css";

const DAY_CHECK_MS = 60_000;

/** All conversations of the workspace: search, by day, and the archive. */
export function ConversationList({ onLeave }: { onLeave?: () => void }) {
  const t = useTranslator();
  const [query, setQuery] = useState("");
  const [isArchive, setArchive] = useState(false);
  const q = useDeferredValue(query.trim());
  const now = useNow(DAY_CHECK_MS);
  const list = useConversations({ q, archived: isArchive });
  const conversations = list.data?.pages.flatMap((page) => page.items) ?? [];
  const groups = q || isArchive ? [{ age: null, items: conversations }] : groupByAge(conversations, now);

  return (
    <div className="ConversationList">
      <div className="ConversationList-top">
        <Link to="/chat" className="ConversationList-new" data-testid="new-chat" onClick={onLeave}>
          <Icon name="plus" />
          {t("conversations.new")}
        </Link>
        <div className="ConversationList-find">
          <label className="ConversationList-search">
            <Icon name="search" size={14} />
            <span className="visually-hidden">{t("conversations.search")}</span>
            <input
              type="search"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              placeholder={t("conversations.search")}
            />
          </label>
          <IconButton
            icon={isArchive ? "undo" : "archive"}
            size="s"
            label={t(isArchive ? "conversations.showCurrent" : "conversations.showArchived")}
            isPressed={isArchive}
            onPress={() => setArchive(!isArchive)}
          />
        </div>
      </div>
      <nav className="ConversationList-scroll" aria-label={t("conversations.title")}>
        {isArchive && <h2 className="ConversationList-heading">{t("conversations.archived")}</h2>}
        {list.isPending && <Skeleton label={t("app.loading")} lines={6} />}
        {list.error && (
          <Banner tone="danger" title={t("conversations.loadFailed")}>
            {t.error(list.error)}
          </Banner>
        )}
        {list.data && conversations.length === 0 && (
          <p className="ConversationList-empty">
            {q ? t("conversations.noMatch", { query: q }) : t(isArchive ? "conversations.emptyArchive" : "conversations.empty")}
          </p>
        )}
        {groups.map(({ age, items }) => (
          <section key={age ?? "all"} aria-label={age ? t(`conversations.${age}`) : undefined}>
            {age && <h2 className="ConversationList-heading">{t(`conversations.${age}`)}</h2>}
            <ul className="ConversationList-items">
              {items.map((conversation) => (
                <ConversationItem key={conversation.id} conversation={conversation} {...(onLeave ? { onLeave } : {})} />
              ))}
            </ul>
          </section>
        ))}
        {list.hasNextPage && (
          <Button size="s" tone="quiet" isWide isPending={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("app.more")}
          </Button>
        )}
      </nav>
    </div>
  );
}
