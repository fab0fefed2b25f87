/** Names of server state in the query cache, so that live events can say what has become stale. */
export const queryKeys = {
  authConfig: ["auth-config"] as const,
  account: ["account"] as const,
  sessions: ["sessions"] as const,
  conversations: ["conversations"] as const,
  conversation: (id: string) => ["conversations", "one", id] as const,
  messages: (id: string) => ["messages", id] as const,
  allMessages: ["messages"] as const,
  approvals: ["approvals"] as const,
  approvalRules: ["approval-rules"] as const,
  devices: ["devices"] as const,
  challenge: (id: string) => ["challenge", id] as const,
  models: ["models"] as const,
  providers: ["model-providers"] as const,
  members: (workspaceId: string) => ["members", workspaceId] as const,
  invitations: (workspaceId: string) => ["invitations", workspaceId] as const,
  audit: ["audit"] as const,
};
