import type { components } from "./schema.gen.ts";

/**
 * The shapes that REST speaks, by the names that the console uses. They come from the server's OpenAPI document by way
 * of `schema.gen.ts` (`npm run generate -- <openapi.json>`); this file alone knows how they are called there.
 */
type Schemas = components["schemas"];

export type Timestamp = string;
export type JsonObject = Record<string, unknown>;

export interface Page<Item> {
  items: Item[];
  nextCursor?: string | null;
}

export type AuthConfig = Schemas["AuthConfig"];
export type Session = Schemas["Session"];
export type AccountSession = Schemas["AuthSession"];
export type GatewayTicket = Schemas["GatewayTicket"];
export type RegisterInput = Omit<Schemas["Register"], "session">;
export type LoginInput = Omit<Schemas["Login"], "session">;
export type PasswordInput = Schemas["ChangePassword"];

export type User = Schemas["User"];
export type Language = User["language"];
export type Theme = User["theme"];
export type ProfileInput = Schemas["UpdateMe"];
export type Account = Schemas["Me"];

export type Workspace = Schemas["Workspace"];
export type WorkspaceRole = Workspace["role"];
export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];
export type InvitationInput = Schemas["CreateInvitation"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditVerification = Schemas["AuditVerification"];

export type Device = Schemas["Device"];
export type DeviceChange = Schemas["UpdateDevice"];
export type DeviceGroup = Schemas["DeviceGroup"];
export type DeviceGroupInput = Schemas["SetDeviceGroup"];
export type ToolPolicy = Schemas["ToolPolicy"];
export type ToolPolicyInput = Schemas["SetToolPolicy"];
export type GatewayToken = Schemas["GatewayToken"];
export type GatewayTokenInput = Schemas["CreateGatewayToken"];
export type GatewayTokenScope = GatewayToken["scopes"][number];
export type NewGatewayToken = Schemas["NewGatewayToken"];
export type PairingRequest = Schemas["PairingRequest"];
export type PagePass = Schemas["PagePass"];
export type LinkChallenge = Schemas["LinkChallenge"];
export type LinkChallengeStatus = Schemas["ChallengeState"];

export type Conversation = Schemas["Conversation"];
export type ConversationInput = Schemas["UpdateConversation"];
export type Runtime = Conversation["runtime"];
export type SyncMode = Conversation["syncMode"];
export type RuntimeModels = Schemas["RuntimeModels"];
export type RuntimeModelChoice = Schemas["ChooseModel"];
export type RunState = NonNullable<Conversation["runState"]>;
export type Message = Schemas["Message"];
export type MessageRole = Message["role"];
export type Part = Message["parts"][number];
export type TextPart = Schemas["TextPart"];
export type ToolPart = Schemas["ToolPart"];
export type ToolState = ToolPart["state"];
export type Sent = Schemas["Sent"];

export type RunUndo = Schemas["RunUndo"];
export type UndoMachine = Schemas["UndoMachine"];
export type UndoPath = Schemas["UndoPath"];

export type Approval = Schemas["Approval"];
export type ApprovalQuestion = NonNullable<Approval["question"]>;
export type RiskSegment = Schemas["Segment"];
/** Of a part of a command line; the whole call is only asked about when it is `modify` or `high`. */
export type Grade = RiskSegment["grade"];
export type Decision = Schemas["Decide"]["decision"];
export type ApprovalRule = Schemas["ApprovalRule"];
export type RuleInput = Schemas["PreviewRule"];
export type RulePreview = Schemas["RulePreview"];
export type SimulationInput = Schemas["SimulateCall"];
export type Simulation = Schemas["Simulation"];

export type ModelProvider = Schemas["Provider"];
export type ProviderKind = ModelProvider["kind"];
export type ModelProviderInput = Schemas["CreateProvider"];
export type ModelProviderChange = Schemas["UpdateProvider"];
export type ModelProviderTest = Schemas["ProviderTest"];
export type Model = Schemas["Model"];

export type Workflow = Schemas["Workflow"];
export type ListedWorkflow = Schemas["ListedWorkflow"];
export type WorkflowDetail = Schemas["WorkflowDetail"];
export type WorkflowStatus = Workflow["status"];
export type WorkflowVersion = Schemas["Version"];
export type WorkflowChange = Schemas["Change"];
export type CheckWorkflowInput = Schemas["CheckDefinition"];
export type CheckedWorkflow = Schemas["Checked"];
export type WorkflowProblem = Schemas["DefinitionProblem"];
export type SaveWorkflowInput = Schemas["SaveWorkflow"];
export type ProposeInput = Schemas["Propose"];
export type WorkflowProposal = Schemas["Proposal"];
export type WorkflowSecretInput = Schemas["PutSecret"];
export type WorkflowSecret = Schemas["Secret"];
export type WorkflowRun = Schemas["WorkflowRun"];
export type WorkflowRunSummary = Schemas["RunSummary"];
export type WorkflowRunState = WorkflowRun["state"];
export type WorkflowStepRun = Schemas["StepRun"];
export interface WorkflowRunFilter {
  workflow?: string | undefined;
  state?: WorkflowRunState | undefined;
  /** Instants: started at `since` or later, and before `until`. */
  since?: string | undefined;
  until?: string | undefined;
}
export type StartWorkflowInput = Partial<Schemas["StartRun"]>;
export type RepeatWorkflowInput = Partial<Schemas["RepeatRun"]>;
export type WorkflowAnswerInput = Schemas["Answer"];
export type WorkflowSignalInput = Schemas["SendSignal"];

export type PluginPackage = Schemas["PluginPackage"];
export type PluginPackageDetail = Schemas["PluginPackageDetail"];
export type PluginSource = PluginPackage["source"];
export type PluginPermission = Schemas["Permission"];
export type PluginPermissionChange = Schemas["PermissionChange"];
export type PluginAction = Schemas["PluginAction"];
export type PluginVisibility = Exclude<PluginSource, "builtin">;
export type Plugin = Schemas["Plugin"];
export type InstallPluginInput = Schemas["InstallPlugin"];
export type UpdatePluginInput = Schemas["UpdatePlugin"];
export type ChangePluginInput = Schemas["ChangePlugin"];
export type PluginBlock = Schemas["PluginBlock"];
export type PluginBlockInput = Schemas["SetBlock"];
export type PluginSettings = Schemas["PluginSettings"];
export type LeastTier = PluginSettings["leastTier"];

export type Notification = Schemas["Notification"];
export type NotificationAction = Schemas["NotificationAction"];
export type NotificationCount = Schemas["NotificationCount"];
export type NotificationDetail = Schemas["NotificationDetail"];
export type NotificationMark = Schemas["MarkNotification"]["state"];
export type NotificationSettings = Schemas["NotificationSettings"];
export type NotificationSettingsInput = Schemas["PutNotificationSettings"];
export type KindWishes = Schemas["KindWishes"];
export type QuietHours = Schemas["QuietHours"];
export type PushBrowser = Schemas["PushSubscription"];
export type PushBrowserInput = Schemas["CreatePushSubscription"];
export type Delivery = Schemas["Delivery"];

/** RFC 9457, as every refusal is answered. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  data?: JsonObject | null;
  requestId?: string | null;
}

export type Channel = Schemas["Channel"];
export type ChannelKind = Channel["kind"];
export type NewChannel = Schemas["NewChannel"];
export type ChannelInput = Schemas["CreateChannel"];
export type ChannelChange = Schemas["SaveChannel"];
export type PairingCode = Schemas["PairingCode"];
