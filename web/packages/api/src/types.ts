import type { components, operations } from "./schema.gen.ts";

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

type QueryOf<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;
type OneOf<Value> = Value extends (infer Item)[] ? Item : Value;
/** What a list can be narrowed to: one of each at a time. */
type Asked<Name extends keyof operations> = {
  [Filter in Exclude<keyof QueryOf<Name>, "cursor" | "limit">]?: OneOf<NonNullable<QueryOf<Name>[Filter]>> | undefined;
};

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

export type Host = Schemas["Host"];
export type HostStatus = Host["status"];
export type HostChange = Schemas["UpdateHost"];
export type HostToken = Schemas["HostToken"];
export type HostTokenInput = Partial<Schemas["CreateHostToken"]>;
export type NewHostToken = Schemas["NewHostToken"];

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

export type TaskRun = Schemas["TaskRun"];
export type TaskRunState = TaskRun["state"];
export type Task = Schemas["Task"];
export type TaskTarget = Schemas["TaskTarget"];
export type TaskTargetInput = Partial<Schemas["TargetIn"]> & Pick<Schemas["TargetIn"], "kind">;
/** With a system the text may be left out: its form says what is to be done. */
export type SaveTaskInput = Partial<Omit<Schemas["SaveTask"], "target">> & { target?: TaskTargetInput };
export type TaskFilter = Asked<"listTasks">;
export type TaskStanding = NonNullable<TaskFilter["state"]>;
export type TaskRunFilter = Asked<"listTaskRuns">;
export type TaskEvent = Schemas["TaskEvent"];
export type TaskEventKind = TaskEvent["kind"];
export type TaskEvents = Schemas["TaskEvents"];
export type HandOverInput = Omit<Schemas["HandOver"], "target"> & { target: TaskTargetInput };
export type TaskBudget = Schemas["Budget"];
export type BudgetUse = Schemas["BudgetUse"];

export type Dashboard = Schemas["Dashboard"];
export type DashboardMachine = Schemas["Machine"];
export type NamedRun = Schemas["NamedRun"];

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

export type AutomationKinds = Schemas["Kinds"];
export type ScheduleTrigger = Schemas["ScheduleTrigger"];
export type IntervalTrigger = Schemas["IntervalTrigger"];
export type AutomationTrigger = ScheduleTrigger | IntervalTrigger | Schemas["WebhookTrigger"] | Schemas["EventTrigger"] | Schemas["ManualTrigger"];
export type AutomationAction = Required<Schemas["ActionChoice"]>;
export type SaveAutomationInput = Schemas["SaveAutomation"];
/** What was saved, read as what may be saved. */
export type Automation = Omit<Schemas["Automation"], "trigger" | "action"> & { trigger: AutomationTrigger; action: AutomationAction };
export type NewAutomation = Automation & Pick<Schemas["NewAutomation"], "secret" | "signingSecret">;
export type Overlap = Automation["overlap"];
export type Misfire = ScheduleTrigger["misfire"];
export type FireTimes = Schemas["Times"];
export type CheckedFormula = Schemas["CheckedFormula"];
export type FormulaOf = NonNullable<Schemas["CheckFormula"]["of"]>;
export type HookSecret = Schemas["HookSecret"];
export type HookSample = Schemas["Sample"];
export type AutomationTrial = Schemas["Trial"];
export type AutomationRun = Schemas["AutomationRun"];
export type AutomationRunState = AutomationRun["state"];

export type System = Schemas["System"];
export type SystemDetail = Schemas["SystemDetail"];
export type SystemTemplate = Schemas["SystemTemplate"];
export type SystemStatus = System["status"];
export type SystemVisibility = System["visibility"];
export type SystemFilter = Asked<"listSystems">;
export type CreateSystemInput = Partial<Schemas["CreateSystem"]>;
export type UpdateSystemInput = Schemas["UpdateSystem"];
export type CheckedProfile = Schemas["CheckedProfile"];
export type ProfileProblem = Schemas["ProfileProblem"];
export type SystemLaunch = Schemas["SystemLaunch"];
export type SharedSystem = Schemas["SharedSystem"];
export type PublicSystem = Schemas["PublicSystem"];
export type SystemSnapshot = Schemas["SystemSnapshot"];
export type SnapshotKind = SystemSnapshot["kind"];
export type VaultScope = SystemSnapshot["scopes"][number];
export type SaveSnapshotInput = Partial<Schemas["SaveSystemSnapshot"]>;
export type SystemComparison = Schemas["SystemComparison"];
export type VaultChange = Schemas["VaultChange"];
export type PlanRestoreInput = Schemas["PlanRestore"];
export type RestorePlan = Schemas["RestorePlan"];
export type RestoredSystem = Schemas["Restored"];
export type CloneSystemInput = Schemas["CloneSystem"];
export type SystemBranch = Schemas["SystemBranch"];
export type SystemBranchInput = Partial<Schemas["CreateSystemBranch"]> & { name: string };
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

export type Result = Schemas["Artifact"];
export type ResultDetail = Schemas["ArtifactDetail"];
export type ResultKind = Result["kind"];
export type ResultStatus = Result["status"];
export type ResultAction = Result["actions"][number];
export type ResultVisibility = Result["visibility"];
export type ResultCounts = Schemas["ArtifactCounts"];
export type ResultVersion = Schemas["ArtifactVersion"];
export type ResultFile = Schemas["ArtifactFile"];
export type ResultDiff = Schemas["ArtifactDiff"];
export type ResultChange = Schemas["ChangeArtifact"];
export type ResultView = Schemas["ViewAddress"];
export type Publication = Schemas["Publication"];
export type Release = Schemas["Release"];
export type PublishInput = Schemas["PublishArtifact"];
export type PublishCheck = Schemas["CheckResult"];
export type ResultFilter = Asked<"listArtifacts">;
export type Channel = Schemas["Channel"];
export type ChannelKind = Channel["kind"];
export type NewChannel = Schemas["NewChannel"];
export type ChannelInput = Schemas["CreateChannel"];
export type ChannelChange = Schemas["SaveChannel"];
export type PairingCode = Schemas["PairingCode"];
