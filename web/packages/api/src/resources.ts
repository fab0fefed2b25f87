import { automationRuns, automations } from "./automations.ts";
import { hosts } from "./hosts.ts";
import { Http, segment, type HttpOptions, type Paging, type Signal } from "./http.ts";
import { channels } from "./channels.ts";
import { notifications } from "./notifications.ts";
import { pluginPackages, plugins } from "./plugins.ts";
import { dashboard, taskRuns, tasks } from "./tasks.ts";
import { results } from "./results.ts";
import { systems, vaults } from "./systems.ts";
import type * as Types from "./types.ts";
import { workflowRuns, workflows } from "./workflows.ts";

/** Every REST resource the console uses, one function an operation. */
export type Api = ReturnType<typeof createApi>;

export function createApi(options: HttpOptions) {
  const http = new Http(options);
  return {
    auth: auth(http),
    users: users(http),
    workspaces: workspaces(http),
    audit: audit(http),
    devices: devices(http),
    hosts: hosts(http),
    conversations: conversations(http),
    runs: runs(http),
    approvals: approvals(http),
    models: models(http),
    channels: channels(http),
    notifications: notifications(http),
    dashboard: dashboard(http),
    tasks: tasks(http),
    taskRuns: taskRuns(http),
    workflows: workflows(http),
    workflowRuns: workflowRuns(http),
    pluginPackages: pluginPackages(http),
    plugins: plugins(http),
    results: results(http),
    automations: automations(http),
    automationRuns: automationRuns(http),
    systems: systems(http),
    vaults: vaults(http),
  };
}

function auth(http: Http) {
  return {
    config: (signal?: Signal) => http.json<Types.AuthConfig>("GET", "/auth/config", { signal, renew: false }),
    register: (body: Types.RegisterInput) =>
      http.json<Types.Session>("POST", "/auth/register", { body: { ...body, session: "cookie" }, renew: false }),
    login: (body: Types.LoginInput) =>
      http.json<Types.Session>("POST", "/auth/login", { body: { ...body, session: "cookie" }, renew: false }),
    logout: () => http.json<void>("POST", "/auth/logout", { renew: false }),
    changePassword: (body: Types.PasswordInput) => http.json<void>("POST", "/auth/password", { body }),
    sessions: (signal?: Signal) => http.json<Types.Page<Types.AccountSession>>("GET", "/auth/sessions", { signal }),
    endSession: (id: string) => http.json<void>("DELETE", `/auth/sessions/${segment(id)}`),
    gatewayTicket: () => http.json<Types.GatewayTicket>("POST", "/auth/gateway-ticket"),
  };
}

function users(http: Http) {
  return {
    me: (signal?: Signal) => http.json<Types.Account>("GET", "/users/me", { signal }),
    update: (body: Types.ProfileInput) => http.json<Types.User>("PATCH", "/users/me", { body }),
  };
}

function workspaces(http: Http) {
  const at = (id: string) => `/workspaces/${segment(id)}`;
  return {
    list: (signal?: Signal) => http.json<Types.Page<Types.Workspace>>("GET", "/workspaces", { signal }),
    create: (body: { name: string }) => http.json<Types.Workspace>("POST", "/workspaces", { body }),
    rename: (id: string, name: string) => http.json<Types.Workspace>("PATCH", at(id), { body: { name } }),
    members: (id: string, signal?: Signal) => http.json<Types.Page<Types.Member>>("GET", `${at(id)}/members`, { signal }),
    changeRole: (id: string, userId: string, role: Types.WorkspaceRole) =>
      http.json<Types.Member>("PATCH", `${at(id)}/members/${segment(userId)}`, { body: { role } }),
    removeMember: (id: string, userId: string) => http.json<void>("DELETE", `${at(id)}/members/${segment(userId)}`),
    invitations: (id: string, signal?: Signal) =>
      http.json<Types.Page<Types.Invitation>>("GET", `${at(id)}/invitations`, { signal }),
    invite: (id: string, body: Types.InvitationInput) =>
      http.json<Types.Invitation>("POST", `${at(id)}/invitations`, { body }),
    withdrawInvitation: (id: string, invitationId: string) =>
      http.json<void>("DELETE", `${at(id)}/invitations/${segment(invitationId)}`),
    acceptInvitation: (token: string) => http.json<Types.Workspace>("POST", "/invitations/accept", { body: { token } }),
  };
}

function audit(http: Http) {
  return {
    list: (paging: Paging, signal?: Signal) =>
      http.json<Types.Page<Types.AuditEntry>>("GET", "/audit", { query: { ...paging }, signal }),
    verify: () => http.json<Types.AuditVerification>("GET", "/audit/verify"),
  };
}

function devices(http: Http) {
  const at = (id: string) => `/devices/${segment(id)}`;
  return {
    list: (signal?: Signal) => http.json<Types.Page<Types.Device>>("GET", "/devices", { signal }),
    update: (id: string, body: Types.DeviceChange) => http.json<Types.Device>("PATCH", at(id), { body }),
    setPolicy: (id: string, body: Types.ToolPolicyInput) => http.json<Types.Device>("PUT", `${at(id)}/policy`, { body }),
    groups: (signal?: Signal) => http.json<Types.Page<Types.DeviceGroup>>("GET", "/device-groups", { signal }),
    createGroup: (body: Types.DeviceGroupInput) => http.json<Types.DeviceGroup>("POST", "/device-groups", { body }),
    updateGroup: (id: string, body: Types.DeviceGroupInput) =>
      http.json<Types.DeviceGroup>("PUT", `/device-groups/${segment(id)}`, { body }),
    deleteGroup: (id: string) => http.json<void>("DELETE", `/device-groups/${segment(id)}`),
    workspacePolicy: (signal?: Signal) => http.json<Types.ToolPolicy>("GET", "/tool-policy", { signal }),
    setWorkspacePolicy: (body: Types.ToolPolicyInput) => http.json<Types.ToolPolicy>("PUT", "/tool-policy", { body }),
    revoke: (id: string) => http.json<void>("DELETE", at(id)),
    tokens: (signal?: Signal) => http.json<Types.Page<Types.GatewayToken>>("GET", "/gateway-tokens", { signal }),
    createToken: (body: Types.GatewayTokenInput) => http.json<Types.NewGatewayToken>("POST", "/gateway-tokens", { body }),
    revokeToken: (id: string) => http.json<void>("DELETE", `/gateway-tokens/${segment(id)}`),
    pairingRequests: (signal?: Signal) =>
      http.json<Types.Page<Types.PairingRequest>>("GET", "/pairing-requests", { signal }),
    approvePairing: (id: string) => http.json<unknown>("POST", `/pairing-requests/${segment(id)}/approve`),
    rejectPairing: (id: string) => http.json<unknown>("POST", `/pairing-requests/${segment(id)}/reject`),
    /** The server's word to the machine that this page is its owner's. */
    pagePass: (id: string, nonce: string) => http.json<Types.PagePass>("POST", `${at(id)}/page-pass`, { body: { nonce } }),
    createChallenge: () => http.json<Types.LinkChallenge>("POST", "/bridge/public-link"),
    challenge: (id: string, signal?: Signal) =>
      http.json<Types.LinkChallengeStatus>("GET", `/bridge/challenges/${segment(id)}`, { signal }),
  };
}

function conversations(http: Http) {
  const at = (id: string) => `/conversations/${segment(id)}`;
  return {
    list: (query: { q?: string; archived?: boolean } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Conversation>>("GET", "/conversations", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Conversation>("GET", at(id), { signal }),
    create: (body: { deviceId?: string | null; runtime?: Types.Runtime; syncMode?: Types.SyncMode } = {}) =>
      http.json<Types.Conversation>("POST", "/conversations", { body }),
    update: (id: string, body: Types.ConversationInput) =>
      http.json<Types.Conversation>("PATCH", at(id), { body }),
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    archive: (id: string) => http.json<unknown>("POST", `${at(id)}/archive`),
    unarchive: (id: string) => http.json<unknown>("POST", `${at(id)}/unarchive`),
    restore: (id: string) => http.json<unknown>("POST", `${at(id)}/restore`),
    messages: (id: string, paging: Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Message>>("GET", `${at(id)}/messages`, { query: { ...paging }, signal }),
    send: (id: string, body: { text: string; idempotencyKey: string }) =>
      http.json<Types.Sent>("POST", `${at(id)}/messages`, { body }),
    resend: (id: string, messageId: string, body: { text?: string }) =>
      http.json<Types.Sent>("POST", `${at(id)}/messages/${segment(messageId)}/resend`, { body }),
    branch: (id: string, messageId: string) =>
      http.json<Types.Conversation>("POST", `${at(id)}/branch`, { body: { messageId } }),
    newSession: (id: string) => http.json<void>("POST", `${at(id)}/runtime/new-session`),
    compact: (id: string) => http.json<void>("POST", `${at(id)}/runtime/compact`),
    runtimeModels: (id: string, signal?: Signal) => http.json<Types.RuntimeModels>("GET", `${at(id)}/runtime/models`, { signal }),
    setRuntimeModel: (id: string, body: Types.RuntimeModelChoice) => http.json<void>("POST", `${at(id)}/runtime/model`, { body }),
    export: (id: string, format: "markdown" | "json") => http.blob(`${at(id)}/export`, { query: { format } }),
  };
}

function runs(http: Http) {
  const at = (id: string) => `/runs/${segment(id)}`;
  return {
    abort: (id: string) => http.json<unknown>("POST", `${at(id)}/abort`),
    previewUndo: (id: string, signal?: Signal) => http.json<Types.RunUndo>("GET", `${at(id)}/undo`, { signal }),
    undo: (id: string, body: { force: string[]; idempotencyKey: string }) =>
      http.json<Types.RunUndo>("POST", `${at(id)}/undo`, { body }),
  };
}

function approvals(http: Http) {
  return {
    pending: (signal?: Signal) =>
      http.json<Types.Page<Types.Approval>>("GET", "/approvals", { query: { state: "pending" }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Approval>("GET", `/approvals/${segment(id)}`, { signal }),
    decide: (
      id: string,
      body: { decision: Types.Decision; reason?: string; confirm?: boolean; ruleDays?: number; answer?: string },
    ) =>
      http.json<Types.Approval>("POST", `/approvals/${segment(id)}/decision`, { body }),
    rules: (signal?: Signal) => http.json<Types.Page<Types.ApprovalRule>>("GET", "/approval-rules", { signal }),
    previewRule: (body: Types.RuleInput, signal?: Signal) =>
      http.json<Types.RulePreview>("POST", "/approval-rules/preview", { body, signal }),
    simulate: (body: Types.SimulationInput) => http.json<Types.Simulation>("POST", "/tool-policy/simulate", { body }),
    revokeRule: (id: string) => http.json<void>("DELETE", `/approval-rules/${segment(id)}`),
  };
}

function models(http: Http) {
  const at = (id: string) => `/model-providers/${segment(id)}`;
  return {
    list: (signal?: Signal) => http.json<{ items: Types.Model[] }>("GET", "/models", { signal }),
    providers: (signal?: Signal) => http.json<Types.Page<Types.ModelProvider>>("GET", "/model-providers", { signal }),
    addProvider: (body: Types.ModelProviderInput) => http.json<Types.ModelProvider>("POST", "/model-providers", { body }),
    updateProvider: (id: string, body: Types.ModelProviderChange) =>
      http.json<Types.ModelProvider>("PATCH", at(id), { body }),
    removeProvider: (id: string) => http.json<void>("DELETE", at(id)),
    testProvider: (id: string) => http.json<Types.ModelProviderTest>("POST", `${at(id)}/test`),
  };
}
