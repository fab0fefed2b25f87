import { redeem } from "./bridge.mjs";
import { problem } from "./rest.mjs";
import { startRun } from "./run.mjs";
import { user as userMessage } from "./samples.mjs";
import { newId, now } from "./state.mjs";

const ok = (body, status = 200) => ({ status, body });
const page = (items) => ok({ items, nextCursor: null });
const find = (items, id) => items.find((item) => item.id === id);
const drop = (items, id) => items.splice(0, items.length, ...items.filter((item) => item.id !== id));

function enter(state) {
  Object.assign(state, { signedIn: true, hasUsers: true });
  return { user: state.user, workspace: state.workspace, accessExpiresAt: now() };
}

function ask({ state, gateway, ids: [id], body }) {
  const conversation = find(state.conversations, id);
  const message = { ...userMessage(body.text), createdAt: now() };
  conversation.title ||= body.text.slice(0, 48);
  state.messages.get(id).push(message);
  return ok({ message, runId: startRun(state, gateway, conversation, body.text) }, 202);
}

function resend({ state, gateway, ids: [id, messageId], body }) {
  const messages = state.messages.get(id);
  const at = messages.findIndex((message) => message.id === messageId);
  const text = body.text ?? messages[at].parts[0].text;
  messages.splice(at);
  return ask({ state, gateway, ids: [id], body: { text } });
}

function decide({ state, ids: [id], body }) {
  const approval = state.approvals.get(id);
  if (approval.state !== "pending") return problem(409, "approvals.already_decided", "It was decided already.");
  Object.assign(approval, { state: body.decision === "deny" ? "denied" : "allowed", decision: body.decision, reason: body.reason ?? null, decidedAt: now() });
  const part = [...state.messages.values()].flat().flatMap((message) => message.parts).find((candidate) => candidate.toolCallId === approval.toolCallId);
  if (part) part.state = approval.state === "denied" ? "denied" : "running";
  state.runs.get(approval.runId)?.answered?.(approval);
  return ok(approval);
}

function challenge({ state, port }) {
  const challengeId = newId("chal");
  state.challenges.set(challengeId, { status: "pending", triesLeft: 5 });
  const serverUrl = `http://127.0.0.1:${port}`;
  return ok({
    challengeId, code: "482913", expiresAt: new Date(Date.now() + 600_000).toISOString(), appUrl: serverUrl, serverUrl,
    scopes: ["fs", "exec", "system"], command: `openclaw bridge link 482913 --server ${serverUrl}`,
  });
}

function listConversations({ state, query }) {
  const q = (query.get("q") ?? "").toLowerCase();
  const archived = query.get("archived") === "true";
  return page(
    state.conversations
      .filter((item) => !item.deleted && item.archived === archived && item.title.toLowerCase().includes(q))
      .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
  );
}

function flag(name, value) {
  return ({ state, ids: [id] }) => ok(Object.assign(find(state.conversations, id), { [name]: value }));
}

function login({ state, body }) {
  if (body.password === "locked") return problem(429, "identity.locked", "Locked", { retryAfterSeconds: 840 });
  if (body.password === "wrong") return problem(401, "identity.invalid_credentials", "Wrong credentials");
  return ok(enter(state));
}

function needUser(handle) {
  return (request) => (request.state.signedIn ? handle(request) : problem(401, "identity.unauthenticated", "Sign in first"));
}

export const routes = [
  ["GET", /^\/auth\/config$/, ({ state }) => ok({ registration: "open", hasUsers: state.hasUsers, version: "mock" })],
  ["POST", /^\/auth\/register$/, ({ state, body }) => (Object.assign(state.user, { username: body.username, displayName: body.displayName || body.username }), ok(enter(state), 201))],
  ["POST", /^\/auth\/login$/, login],
  ["POST", /^\/auth\/refresh$/, ({ state }) => (state.signedIn ? ok(enter(state)) : problem(401, "identity.session_ended", "Signed out"))],
  ["POST", /^\/auth\/logout$/, ({ state }) => void (state.signedIn = false)],
  ["POST", /^\/auth\/password$/, () => undefined],
  ["GET", /^\/auth\/sessions$/, ({ state }) => page(state.sessions)],
  ["DELETE", /^\/auth\/sessions\/(\w+)$/, ({ state, ids: [id] }) => void drop(state.sessions, id)],
  ["POST", /^\/auth\/gateway-ticket$/, needUser(({ state }) => ok({ ticket: "mock", url: `ws://127.0.0.1:${state.gatewayPort}`, expiresAt: now() }))],
  ["GET", /^\/users\/me$/, needUser(({ state }) => ok({ user: state.user, workspace: state.workspace, workspaces: state.workspaces }))],
  ["PATCH", /^\/users\/me$/, ({ state, body }) => ok(Object.assign(state.user, body))],
  ["POST", /^\/workspaces$/, ({ state, body }) => {
    const workspace = { id: newId("ws"), name: body.name, kind: "shared", role: "owner", createdAt: now() };
    state.workspaces.push(workspace);
    return ok(workspace, 201);
  }],
  ["PATCH", /^\/workspaces\/(\w+)$/, ({ state, ids: [id], body }) => ok(Object.assign(find(state.workspaces, id), body))],
  ["GET", /^\/workspaces\/(\w+)\/members$/, ({ state }) => page(state.members)],
  ["PATCH", /^\/workspaces\/(\w+)\/members\/(\w+)$/, ({ state, ids: [, id], body }) => ok(Object.assign(state.members.find((member) => member.user.id === id), body))],
  ["GET", /^\/workspaces\/(\w+)\/invitations$/, ({ state }) => page(state.invitations)],
  ["POST", /^\/workspaces\/(\w+)\/invitations$/, ({ state, body }) => {
    const invitation = { id: newId("inv"), role: body.role, email: body.email ?? null, expiresAt: new Date(Date.now() + 6e8).toISOString() };
    state.invitations.push(invitation);
    return ok({ ...invitation, token: "oci_4fJx0T8bYt2rQw" }, 201);
  }],
  ["DELETE", /^\/workspaces\/(\w+)\/invitations\/(\w+)$/, ({ state, ids: [, id] }) => void drop(state.invitations, id)],
  ["GET", /^\/audit$/, ({ state }) => page(state.audit)],
  ["GET", /^\/audit\/verify$/, ({ state }) => ok({ ok: true, entries: state.audit.length })],
  ["POST", /^\/bridge\/public-link$/, challenge],
  ["GET", /^\/bridge\/challenges\/(\w+)$/, ({ state, ids: [id] }) => ok(state.challenges.get(id))],
  ["POST", /^\/mock\/redeem\/(\w+)$/, ({ state, gateway, ids: [id] }) => void redeem(state, gateway, id)],
  ["GET", /^\/(hosts|host-tokens)$/, () => page([])],
  ["GET", /^\/gateway-tokens$/, ({ state }) => page(state.tokens)],
  ["POST", /^\/gateway-tokens$/, ({ state, body }) => {
    const { expiresInDays, ...rest } = body;
    const expiresAt = expiresInDays ? new Date(Date.now() + expiresInDays * 864e5).toISOString() : null;
    const token = { id: newId("gtok"), hint: "rQw4", ...rest, expiresAt, createdAt: now(), lastUsedAt: null };
    state.tokens.unshift(token);
    return ok({ ...token, token: "ocgt_4fJx0T8bYt2rQw4fJx0T8bYt2rQw4fJx0T8bYt2rQw4", gatewayUrl: "ws://192.168.1.4:18789" }, 201);
  }],
  ["DELETE", /^\/gateway-tokens\/(\w+)$/, ({ state, ids: [id] }) => void drop(state.tokens, id)],
  ["GET", /^\/pairing-requests$/, ({ state }) => page(state.pairing)],
  ["POST", /^\/pairing-requests\/(\w+)\/(?:approve|reject)$/, ({ state, ids: [id] }) => void drop(state.pairing, id)],
  ["GET", /^\/devices$/, ({ state }) => page(state.devices)],
  ["PATCH", /^\/devices\/(\w+)$/, ({ state, ids: [id], body }) => ok(Object.assign(find(state.devices, id), body))],
  ["DELETE", /^\/devices\/(\w+)$/, ({ state, ids: [id] }) => void drop(state.devices, id)],
  ["GET", /^\/conversations$/, listConversations],
  ["POST", /^\/conversations$/, ({ state, body }) => {
    const conversation = { id: newId("conv"), title: body.title ?? "", deviceId: null, archived: false, createdAt: now(), updatedAt: now(), runState: null };
    state.conversations.push(conversation);
    state.messages.set(conversation.id, []);
    return ok(conversation, 201);
  }],
  ["GET", /^\/conversations\/(\w+)$/, ({ state, ids: [id] }) => (find(state.conversations, id) ? ok(find(state.conversations, id)) : problem(404, "conversations.not_found", "No such conversation"))],
  ["PATCH", /^\/conversations\/(\w+)$/, ({ state, ids: [id], body }) => ok(Object.assign(find(state.conversations, id), body))],
  ["DELETE", /^\/conversations\/(\w+)$/, (request) => void flag("deleted", true)(request)],
  ["POST", /^\/conversations\/(\w+)\/archive$/, flag("archived", true)],
  ["POST", /^\/conversations\/(\w+)\/unarchive$/, flag("archived", false)],
  ["POST", /^\/conversations\/(\w+)\/restore$/, flag("deleted", false)],
  ["GET", /^\/conversations\/(\w+)\/messages$/, ({ state, ids: [id] }) => (state.messages.has(id) ? page(state.messages.get(id)) : problem(404, "conversations.not_found", "No such conversation"))],
  ["POST", /^\/conversations\/(\w+)\/messages$/, ask],
  ["POST", /^\/conversations\/(\w+)\/messages\/(\w+)\/resend$/, resend],
  ["POST", /^\/conversations\/(\w+)\/branch$/, ({ state, ids: [id], body }) => {
    const source = find(state.conversations, id);
    const messages = state.messages.get(id);
    const branch = { ...source, id: newId("conv"), title: `${source.title} (branch)`, createdAt: now(), updatedAt: now(), runState: null };
    state.conversations.push(branch);
    state.messages.set(branch.id, messages.slice(0, messages.findIndex((message) => message.id === body.messageId) + 1));
    return ok(branch, 201);
  }],
  ["GET", /^\/conversations\/(\w+)\/export$/, ({ query }) => ({ body: "# Export\n", type: query.get("format") === "json" ? "application/json" : "text/markdown" })],
  ["POST", /^\/runs\/(\w+)\/abort$/, ({ state, ids: [id] }) => (state.runs.get(id)?.stop(), ok({}, 202))],
  ["GET", /^\/approvals$/, ({ state }) => page([...state.approvals.values()].filter((approval) => approval.state === "pending"))],
  ["POST", /^\/approvals\/(\w+)\/decision$/, decide],
  ["GET", /^\/approval-rules$/, ({ state }) => page(state.rules)],
  ["DELETE", /^\/approval-rules\/(\w+)$/, ({ state, ids: [id] }) => void drop(state.rules, id)],
  ["GET", /^\/models$/, ({ state }) => ok({ items: state.providers.length === 0 ? [{ id: "demo", name: "demo", provider: "demo", demo: true }] : state.providers.map(({ id, model, name }) => ({ id, name: model, provider: name, demo: false })) })],
  ["GET", /^\/model-providers$/, ({ state }) => page(state.providers)],
  ["POST", /^\/model-providers$/, ({ state, body: { apiKey, ...rest } }) => {
    const provider = { id: newId("prov"), baseUrl: null, contextWindow: null, isDefault: false, ...rest, keyHint: apiKey ? `…${apiKey.slice(-4)}` : null };
    state.providers.push(provider);
    return ok(provider, 201);
  }],
  ["PATCH", /^\/model-providers\/(\w+)$/, ({ state, ids: [id], body }) => ok(Object.assign(find(state.providers, id), { ...body, apiKey: undefined }))],
  ["DELETE", /^\/model-providers\/(\w+)$/, ({ state, ids: [id] }) => void drop(state.providers, id)],
  ["POST", /^\/model-providers\/(\w+)\/test$/, ({ state, ids: [id] }) => ok(find(state.providers, id).baseUrl ? { ok: false, latencyMs: null, error: { code: "models.unreachable", title: "Nothing answers at 127.0.0.1:11434." } } : { ok: true, latencyMs: 412 })],
];
