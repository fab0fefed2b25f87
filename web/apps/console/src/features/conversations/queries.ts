import type { Conversation, Message, Page } from "@openclaw/api";
import { mergeMessages, type LiveMessage } from "@openclaw/realtime";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";

import { queryKeys } from "../../shared/queryKeys.ts";
import { useApi, useConnection, useServices } from "../../shared/services.tsx";

const PAGE_SIZE = 50;
/** While the live connection is away, a running answer is read again this often. */
const POLL_MS = 3_000;

export function useConversations(filter: { q: string; archived: boolean }) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: [...queryKeys.conversations, "list", filter],
    queryFn: ({ pageParam, signal }) => api.conversations.list({ ...filter, cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    placeholderData: (previous) => previous,
  });
}

export function useConversation(id: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: queryKeys.conversation(id ?? ""),
    queryFn: ({ signal }) => api.conversations.get(id ?? "", signal),
    enabled: id !== null,
  });
}

type Messages = InfiniteData<Page<Message>, string | null>;

/** The messages of a conversation, oldest first: REST's, with what the gateway said since laid over them. */
export function useMessages(id: string | null) {
  const { api, streams } = useServices();
  const connection = useConnection();
  const query = useInfiniteQuery({
    queryKey: queryKeys.messages(id ?? ""),
    queryFn: ({ pageParam, signal }) => api.conversations.messages(id ?? "", { cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor ?? null,
    enabled: id !== null,
    refetchInterval: ({ state }) => (connection !== "online" && hasRunning(state.data) ? POLL_MS : false),
  });
  const stream = streams.of(id ?? "");
  const overlay = useSyncExternalStore(stream.subscribe, stream.snapshot);
  const stored = useMemo(() => [...(query.data?.pages ?? [])].reverse().flatMap((page) => page.items), [query.data]);
  const { data, refetch } = query;

  useEffect(() => {
    if (data) stream.settle(stored);
  }, [data, stored, stream]);

  // A gap in a run's own numbers: REST knows what was missed.
  useEffect(() => {
    if (overlay.gaps > 0) void refetch();
  }, [overlay.gaps, refetch]);

  const messages: LiveMessage[] = useMemo(() => mergeMessages(stored, overlay), [stored, overlay]);
  return { ...query, messages };
}

function hasRunning(data: Messages | undefined): boolean {
  return data?.pages.some((page) => page.items.some((message) => message.state === "running")) ?? false;
}

/** Adds a message that the server has accepted, before the list is read again. */
function withMessage(data: Messages | undefined, message: Message): Messages | undefined {
  const [newest, ...older] = data?.pages ?? [];
  if (!data || !newest || newest.items.some(({ id }) => id === message.id)) return data;
  return { ...data, pages: [{ ...newest, items: [...newest.items, message] }, ...older] };
}

function onlyMessage(message: Message): Messages {
  return { pages: [{ items: [message], nextCursor: null }], pageParams: [null] };
}

export interface Outgoing {
  conversationId: string | null;
  deviceId: string | null;
  text: string;
  /** Made once per message: sending it again after a failure cannot double it. */
  idempotencyKey: string;
}

/** Sends a message; the first one of a new chat makes the conversation. Resolves to the conversation's id. */
export function useSend() {
  const api = useApi();
  const queryClient = useQueryClient();
  const created = useRef<string | null>(null);
  return useMutation({
    mutationFn: async ({ conversationId, deviceId, text, idempotencyKey }: Outgoing) => {
      const id = conversationId ?? created.current ?? (await api.conversations.create({ deviceId })).id;
      // Kept for the case that the message itself does not get through: the next try uses the same conversation.
      if (conversationId === null) created.current = id;
      const { message } = await api.conversations.send(id, { text, idempotencyKey });
      return { id, message };
    },
    onSuccess: ({ id, message }, { conversationId }) => {
      created.current = null;
      queryClient.setQueryData<Messages>(queryKeys.messages(id), (data) =>
        conversationId === null ? onlyMessage(message) : withMessage(data, message),
      );
      void queryClient.invalidateQueries({ queryKey: queryKeys.messages(id) });
      void queryClient.invalidateQueries({ queryKey: queryKeys.conversations });
    },
  });
}

export function useResend(conversationId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ messageId, text }: { messageId: string; text?: string }) =>
      api.conversations.resend(conversationId, messageId, text === undefined ? {} : { text }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.messages(conversationId) }),
  });
}

export function useStop(conversationId: string | null) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (runId: string) => api.runs.abort(runId),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.messages(conversationId ?? "") }),
  });
}

export function useBranch(conversationId: string) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (messageId: string) => api.conversations.branch(conversationId, messageId),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.conversations }),
  });
}

export type ConversationChange =
  | { kind: "rename"; title: string }
  | { kind: "device"; deviceId: string | null }
  | { kind: "archive" | "unarchive" | "delete" | "restore" };

export function useChangeConversation() {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ conversation: { id }, change }: { conversation: Conversation; change: ConversationChange }) => {
      switch (change.kind) {
        case "rename":
          return api.conversations.update(id, { title: change.title });
        case "device":
          return api.conversations.update(id, { deviceId: change.deviceId });
        case "archive":
          return api.conversations.archive(id);
        case "unarchive":
          return api.conversations.unarchive(id);
        case "delete":
          return api.conversations.remove(id);
        case "restore":
          return api.conversations.restore(id);
      }
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.conversations }),
  });
}
