/**
 * The shapes that REST speaks. This is the only file that decides where they come from: once
 * `schema.gen.ts` is generated from the server's OpenAPI document, each line here becomes an alias of it.
 */

export type Language = "en" | "zh";
export type Theme = "system" | "light" | "dark";
export type Timestamp = string;

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface User {
  id: string;
  username: string;
  email: string;
  displayName: string;
  role: "owner" | "member";
  language: Language;
  theme: Theme;
  createdAt: Timestamp;
}

export type WorkspaceRole = "owner" | "admin" | "member" | "viewer";

export interface Workspace {
  id: string;
  name: string;
  kind: "personal" | "shared";
  role: WorkspaceRole;
  createdAt: Timestamp;
}

export interface AuthConfig {
  registration: "open" | "invite" | "closed";
  hasUsers: boolean;
  version: string;
}

export interface Session {
  user: User;
  workspace: Workspace;
  accessExpiresAt: Timestamp;
}

export interface Account {
  user: User;
  workspace: Workspace;
  workspaces: Workspace[];
}

export interface AccountSession {
  id: string;
  createdAt: Timestamp;
  lastSeenAt: Timestamp;
  userAgent: string;
  address: string;
  current: boolean;
}

export interface GatewayTicket {
  ticket: string;
  url: string;
  expiresAt: Timestamp;
}

export interface Member {
  user: { id: string; username: string; displayName: string };
  role: WorkspaceRole;
  joinedAt: Timestamp;
}

export interface Invitation {
  id: string;
  role: WorkspaceRole;
  email: string | null;
  expiresAt: Timestamp;
  token?: string;
}

export interface AuditEntry {
  seq: number;
  at: Timestamp;
  actor: { id: string; name: string } | null;
  action: string;
  subject: string | null;
  detail: Record<string, unknown>;
  hash: string;
  previousHash: string | null;
}

export interface AuditVerification {
  ok: boolean;
  entries: number;
  brokenAt?: number | null;
}

export interface LinkChallenge {
  challengeId: string;
  code: string;
  expiresAt: Timestamp;
  appUrl: string;
  serverUrl: string;
  scopes: string[];
  command: string;
}

export interface LinkChallengeStatus {
  status: "pending" | "redeemed" | "expired" | "failed";
  deviceId?: string | null;
  triesLeft: number;
}

export interface Device {
  id: string;
  nodeId: string;
  name: string;
  platform: string;
  version: string;
  online: boolean;
  lastSeenAt: Timestamp | null;
  linkedAt: Timestamp;
  revokedAt: Timestamp | null;
  commands: string[];
  home?: string | null;
}

export type RunState = "running" | "awaiting_approval" | "waiting_for_device";

export interface Conversation {
  id: string;
  title: string;
  deviceId: string | null;
  archived: boolean;
  createdAt: Timestamp;
  updatedAt: Timestamp;
  lastMessage?: { role: MessageRole; text: string } | null;
  runState: RunState | null;
}

export type MessageRole = "user" | "assistant";
export type MessageState = "complete" | "running" | "failed" | "aborted";

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  costMicros: number | null;
}

export interface Message {
  id: string;
  role: MessageRole;
  parts: Part[];
  state: MessageState;
  runId: string | null;
  error: { code: string; title: string } | null;
  model: string | null;
  demo: boolean;
  usage: Usage | null;
  createdAt: Timestamp;
}

export type Part = TextPart | ToolPart;

export interface TextPart {
  type: "text";
  text: string;
}

export type ToolState =
  | "pending"
  | "awaiting_approval"
  | "waiting_for_device"
  | "running"
  | "ok"
  | "error"
  | "denied"
  | "aborted";

export type JsonObject = Record<string, unknown>;

export interface ToolPart {
  type: "tool";
  stepId: string;
  toolCallId: string;
  name: string;
  arguments: JsonObject;
  device: { id: string; name: string } | null;
  state: ToolState;
  result: JsonObject | null;
  error: { code: string; message: string } | null;
  approval: Approval | null;
}

export type Grade = "read" | "modify" | "high" | "dangerous";

export interface RiskSegment {
  text: string;
  program: string;
  grade: Grade;
  why: string;
}

export interface Approval {
  id: string;
  runId: string;
  conversationId: string;
  toolCallId: string;
  tool: string;
  arguments: JsonObject;
  device: { id: string; name: string } | null;
  grade: Grade;
  risk: { segments: RiskSegment[]; summary: string };
  folder: string | null;
  coverage: { program: string; folder: string; text: string } | null;
  state: "pending" | "allowed" | "denied" | "expired" | "cancelled";
  decision: Decision | null;
  reason: string | null;
  requestedAt: Timestamp;
  expiresAt: Timestamp;
  decidedAt: Timestamp | null;
}

export type Decision = "allow_once" | "allow_conversation" | "allow_always" | "deny";

export interface ApprovalRule {
  id: string;
  program: string;
  folder: string;
  device: { id: string; name: string } | null;
  expiresAt: Timestamp | null;
  createdAt: Timestamp;
}

export type ProviderKind = "openai" | "anthropic" | "google";

export interface ModelProvider {
  id: string;
  kind: ProviderKind;
  name: string;
  baseUrl: string | null;
  model: string;
  contextWindow: number | null;
  isDefault: boolean;
  keyHint: string | null;
}

export interface ModelProviderInput {
  kind: ProviderKind;
  name: string;
  baseUrl?: string | null;
  apiKey?: string;
  model: string;
  contextWindow?: number | null;
  isDefault?: boolean;
}

export interface ModelProviderTest {
  ok: boolean;
  latencyMs: number | null;
  error?: { code: string; title: string } | null;
}

export interface Model {
  id: string;
  name: string;
  provider: string;
  demo: boolean;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  data?: JsonObject | null;
  requestId?: string | null;
}
