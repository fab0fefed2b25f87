import { conversationSamples } from "./samples.mjs";

const START = Date.now();
let counter = 0;

/** Ids that look like the server's and come in the same order every time. */
export function newId(prefix) {
  counter += 1;
  return `${prefix}_${counter.toString(16).padStart(32, "0")}`;
}

export function ago(minutes) {
  return new Date(START - minutes * 60_000).toISOString();
}

export function now() {
  return new Date().toISOString();
}

export function createState({ scenario, isDemo, gatewayPort }) {
  const personal = { id: newId("ws"), name: "Ada’s workspace", kind: "personal", role: "owner", createdAt: ago(90_000) };
  const shared = { id: newId("ws"), name: "Harbour Lab", kind: "shared", role: "admin", createdAt: ago(40_000) };
  const user = {
    id: newId("user"), username: "ada", email: "ada@example.org", displayName: "Ada Lin", role: "owner",
    language: "en", theme: "system", createdAt: ago(90_000),
  };
  const isFull = scenario === "full";
  const devices = isFull ? sampleDevices() : [];
  const state = {
    scenario,
    gatewayPort,
    signedIn: scenario !== "fresh",
    hasUsers: scenario !== "fresh",
    user,
    workspace: personal,
    workspaces: isFull ? [personal, shared] : [personal],
    devices,
    tokens: isFull ? sampleTokens() : [],
    pairing: isFull ? samplePairing() : [],
    conversations: [],
    messages: new Map(),
    approvals: new Map(),
    challenges: new Map(),
    runs: new Map(),
    rules: isFull ? sampleRules(devices) : [],
    providers: isDemo || !isFull ? [] : sampleProviders(),
    sessions: sampleSessions(),
    members: sampleMembers(user),
    invitations: [{ id: newId("inv"), role: "member", email: "grace@example.org", expiresAt: ago(-4_000) }],
    audit: sampleAudit(user),
  };
  if (isFull) {
    for (const { conversation, messages } of conversationSamples(state)) {
      state.conversations.push(conversation);
      state.messages.set(conversation.id, messages);
      for (const part of messages.flatMap((message) => message.parts)) {
        if (part.approval) state.approvals.set(part.approval.id, part.approval);
      }
    }
  }
  return state;
}

function sampleDevices() {
  const device = (name, platform, online, seen, client = "bridge") => ({
    id: newId("dev"), nodeId: newId("node").slice(5).repeat(2), name, platform, version: "0.1.0", client, online,
    lastSeenAt: ago(seen), linkedAt: ago(30_000), revokedAt: null, commands: ["fs.list", "exec"], home: "/home/ada",
  });
  return [
    device("ada-thinkpad", "Linux · x86_64", true, 0),
    device("studio-mini", "macOS 16 · arm64", false, 190),
    device("build-host-frankfurt", "Linux · aarch64", true, 1, "node-host"),
  ];
}

function sampleTokens() {
  const token = (name, hint, scopes, used, expiresAt) => ({
    id: newId("gtok"), name, hint, scopes, createdAt: ago(20_000), lastUsedAt: used === null ? null : ago(used), expiresAt,
  });
  return [
    token("build-host-frankfurt", "p4Zw", ["node"], 12, ago(-90_000)),
    token("Ada’s command line", "Qx_8", ["operator.read", "operator.write", "operator.approvals", "operator.pairing"], 4_000, null),
    token("Conference laptop", "19dA", ["operator.read"], null, ago(3_000)),
  ];
}

function samplePairing() {
  const request = (name, platform, address) => ({
    id: newId("pair"), nodeId: newId("node").slice(5).repeat(2), name, platform, version: "2026.9.6", address,
    tokenId: newId("gtok"), createdAt: ago(1), expiresAt: ago(-4),
  });
  return [request("nas-in-the-cellar", "linux", "192.168.1.17")];
}

function sampleRules(devices) {
  return [
    { id: newId("rule"), program: "git", folder: "~/code/atlas", device: { id: devices[0].id, name: devices[0].name }, expiresAt: null, createdAt: ago(4_000) },
    { id: newId("rule"), program: "npm", folder: "~/code/atlas/web", device: null, expiresAt: ago(-9_000), createdAt: ago(900) },
  ];
}

function sampleProviders() {
  return [
    { id: newId("prov"), kind: "anthropic", name: "Anthropic", baseUrl: null, model: "claude-sonnet-4-5", contextWindow: null, isDefault: true, keyHint: "…f3Qw" },
    { id: newId("prov"), kind: "openai", name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", model: "qwen3:8b", contextWindow: 32768, isDefault: false, keyHint: null },
  ];
}

function sampleSessions() {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
  const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1";
  return [
    { id: newId("sess"), createdAt: ago(300), lastSeenAt: ago(0), userAgent: chrome, address: "127.0.0.1", current: true },
    { id: newId("sess"), createdAt: ago(9_000), lastSeenAt: ago(700), userAgent: phone, address: "192.168.1.24", current: false },
    { id: newId("sess"), createdAt: ago(20_000), lastSeenAt: ago(5_000), userAgent: "openclaw/0.1.0 (Linux)", address: "127.0.0.1", current: false },
  ];
}

function sampleMembers(user) {
  return [
    { user: { id: newId("user"), username: "margaret", displayName: "Margaret H." }, role: "owner", joinedAt: ago(60_000) },
    { user: { id: user.id, username: user.username, displayName: user.displayName }, role: "admin", joinedAt: ago(40_000) },
    { user: { id: newId("user"), username: "linus", displayName: "Linus Q." }, role: "member", joinedAt: ago(2_000) },
  ];
}

function sampleAudit(user) {
  const rows = [
    ["identity.signed_in", "session", { address: "127.0.0.1" }],
    ["approvals.decided", "exec git push", { decision: "allow_once", device: "ada-thinkpad" }],
    ["runs.dispatched", "fs.write ~/Documents/notes.txt", { device: "ada-thinkpad" }],
    ["devices.linked", "build-host-frankfurt", { method: "code" }],
    ["models.provider_added", "Anthropic", { kind: "anthropic" }],
    ["devices.linked", "ada-thinkpad", { method: "page" }],
    ["identity.registered", "ada", {}],
  ];
  const hash = (seq) => (seq * 2_654_435_761).toString(16).padStart(8, "0").repeat(8).slice(0, 64);
  return rows.map(([action, subject, detail], index) => {
    const seq = rows.length - index;
    return { seq, at: ago(index * 47 + 3), actor: { id: user.id, name: user.displayName }, action, subject, detail, hash: hash(seq), previousHash: seq > 1 ? hash(seq - 1) : null };
  });
}
