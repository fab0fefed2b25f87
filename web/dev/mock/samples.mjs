import { ago, newId } from "./state.mjs";

const NOTES = "Buy copper tape\nCall the harbour office about the crane\nShip build 214 before Friday\n";

const NOTES_DIFF = `--- /dev/null
+++ ~/Documents/notes.txt
@@ -0,0 +1,3 @@
+Buy copper tape
+Call the harbour office about the crane
+Ship build 214 before Friday
`;

const EDIT_DIFF = `--- a/retry.py
+++ b/retry.py
@@ -12,9 +12,11 @@
 def backoff(attempt: int) -> float:
-    return min(30, 2 ** attempt)
+    ceiling = min(30.0, 0.5 * 2**attempt)
+    # Half of it is random, so that clients do not come back in step.
+    return ceiling / 2 + random.random() * ceiling / 2
 
 
 async def retry(call, attempts=5):
     for attempt in range(attempts):
         try:
             return await call()
`;

const EXPLANATION = `The three failures have one cause: \`backoff()\` returns whole seconds, so every client retries **in the same instant**.

1. The first wave hits the limit of 50 connections.
2. All of them wait exactly 1 s and come back together.
3. The server sheds the same load again.

Half of the wait should be random:

\`\`\`python
def backoff(attempt: int) -> float:
    ceiling = min(30.0, 0.5 * 2**attempt)
    return ceiling / 2 + random.random() * ceiling / 2
\`\`\`

| attempt | before | after |
| --- | --- | --- |
| 1 | 2 s | 0.5 – 1 s |
| 4 | 16 s | 4 – 8 s |

See [Exponential backoff and jitter](https://example.org/backoff) for the reasoning.`;

export function conversationSamples(state) {
  const [laptop, studio] = state.devices;
  const at = (device) => ({ id: device.id, name: device.name });
  const samples = [];

  const add = (title, minutes, runState, build) => {
    const id = newId("conv");
    const messages = build(id);
    const last = messages.at(-1);
    samples.push({
      conversation: {
        id, title, deviceId: laptop.id, archived: false, createdAt: ago(minutes + 5), updatedAt: ago(minutes), runState,
        lastMessage: last ? { role: last.role, text: "" } : null,
      },
      messages,
    });
  };

  add("Notes for the harbour visit", 3, "awaiting_approval", (conversationId) => {
    const runId = newId("run");
    const call = toolCall("fs.write", { path: "~/Documents/notes.txt", content: NOTES }, at(laptop), "awaiting_approval");
    call.approval = approvalFor(call, { conversationId, runId, grade: "modify", folder: "~/Documents", summary: "Creates or replaces one file.", coverage: { program: "fs.write", folder: "~/Documents", text: "writing any file below ~/Documents on ada-thinkpad" } });
    return [
      user("create notes.txt with three lines in ~/Documents", 4),
      assistant([{ type: "text", text: "I will write the three lines to `~/Documents/notes.txt`. The folder exists and has no file of that name." }, call], { state: "running", runId, minutes: 3 }),
    ];
  });

  add("Clean the build folders", 21, "awaiting_approval", (conversationId) => {
    const runId = newId("run");
    const list = toolCall("exec", { command: "du -sh */build | sort -h", cwd: "~/code" }, at(laptop), "ok", {
      exitCode: 0, signal: null, timedOut: false, cancelled: false, stdout: "312M\tatlas/build\n1.4G\tpelican/build\n", stderr: "", stdoutTruncated: false, stderrTruncated: false, durationMs: 840,
    });
    const call = toolCall("exec", { command: "cd ~/code && git status --short | head -20; rm -rf pelican/build atlas/build", cwd: "~/code" }, at(laptop), "awaiting_approval");
    call.approval = approvalFor(call, {
      conversationId, runId, grade: "high", folder: "~/code", summary: "Deletes two folders with everything in them.",
      segments: [
        { text: "cd ~/code", program: "cd", grade: "read", why: "Changes the folder for what follows." },
        { text: "git status --short", program: "git", grade: "read", why: "Shows the state of the working tree." },
        { text: "head -20", program: "head", grade: "read", why: "Keeps the first 20 lines." },
        { text: "rm -rf pelican/build atlas/build", program: "rm", grade: "high", why: "Deletes without asking, including sub-folders." },
      ],
      coverage: null,
    });
    return [user("the disk is nearly full. find the biggest build folders below ~/code and remove them", 23), assistant([list, { type: "text", text: "Two build folders hold 1.7 GB, both can be made again by a build:" }, call], { state: "running", runId, minutes: 21 })];
  });

  add("Why do the retries fail together?", 95, null, () => [
    user("tests in ~/code/atlas fail with 429 whenever they run in parallel. find out why and fix it", 104),
    assistant(
      [
        toolCall("fs.search", { path: "~/code/atlas", query: "backoff(" }, at(laptop), "ok", { path: "~/code/atlas", matches: [{ path: "net/retry.py", line: 12, text: "def backoff(attempt: int) -> float:" }, { path: "net/client.py", line: 88, text: "    await asyncio.sleep(backoff(attempt))" }], truncated: false, filesSearched: 214 }),
        toolCall("fs.read", { path: "~/code/atlas/net/retry.py" }, at(laptop), "ok", { path: "~/code/atlas/net/retry.py", content: "import random\n\n\ndef backoff(attempt: int) -> float:\n    return min(30, 2 ** attempt)\n", firstLine: 0, lines: 5, totalLines: 41, truncated: false, size: 1180, encoding: "utf-8", binary: false }),
        { type: "text", text: EXPLANATION },
        withDecision(toolCall("fs.edit", { path: "~/code/atlas/net/retry.py", edits: [{ old: "return min(30, 2 ** attempt)", new: "ceiling = min(30.0, 0.5 * 2**attempt)\n    return ceiling / 2 + random.random() * ceiling / 2" }] }, at(laptop), "ok", { path: "~/code/atlas/net/retry.py", replacements: 1, sha256: "", previousSha256: "", diff: EDIT_DIFF }), "allowed", "allow_once"),
        withDecision(toolCall("exec", { argv: ["python", "-m", "pytest", "-q", "-n", "8", "tests/net"], cwd: "~/code/atlas" }, at(laptop), "ok", { exitCode: 1, signal: null, timedOut: false, cancelled: false, stdout: "........................F....\n=================== short test summary info ===================\nFAILED tests/net/test_retry.py::test_ceiling - assert 30 == 29.2\n1 failed, 28 passed in 4.31s\n", stderr: "warning: 2 workers restarted\n", stdoutTruncated: false, stderrTruncated: false, durationMs: 4_870 }), "allowed", "allow_conversation"),
        { type: "text", text: "28 of 29 pass. The last one asserts the old ceiling of exactly 30 s; it should accept the range. Shall I change it?" },
      ],
      { minutes: 95, usage: { inputTokens: 18_240, outputTokens: 1_320, costMicros: 74_500 } },
    ),
  ]);

  add("Nightly export from the studio", 400, "waiting_for_device", () => [
    user("export the mixes of this week on studio-mini", 402),
    assistant([toolCall("exec", { command: "./export.sh --since monday", cwd: "~/mixes" }, at(studio), "waiting_for_device")], { state: "running", runId: newId("run"), minutes: 400 }),
  ]);

  add("Rotate the TLS certificate", 1_500, null, () => [
    user("renew the certificate of build-host", 1_510),
    assistant([withDecision(toolCall("exec", { command: "sudo certbot renew", cwd: "~" }, at(laptop), "denied"), "denied", "deny", "Not from a laptop; use the build host"), { type: "text", text: "Understood. I left it alone." }], { minutes: 1_505 }),
    user("ok, then tell me when it expires", 1_502),
    assistant([{ type: "text", text: "Checking" }], { state: "failed", minutes: 1_500, error: { code: "models.provider_unavailable", title: "Anthropic answered 529 (overloaded) three times." } }),
  ]);

  for (const [index, title] of ["Compare three crane suppliers", "Translate the safety sheet into Chinese", "Inventory of ~/Pictures by camera", "Why is the fan loud?"].entries()) {
    add(title, 3_000 + index * 4_000, null, () => [user(title, 3_000), assistant([{ type: "text", text: "Done." }], { minutes: 2_990 })]);
  }
  return samples;
}

export function user(text, minutes = 0) {
  return { id: newId("msg"), role: "user", parts: [{ type: "text", text }], state: "complete", runId: null, error: null, model: null, demo: false, usage: null, createdAt: ago(minutes) };
}

export function assistant(parts, { state = "complete", runId = newId("run"), minutes = 0, usage = null, error = null, demo = false } = {}) {
  return { id: newId("msg"), role: "assistant", parts, state, runId, error, model: demo ? "demo" : "claude-sonnet-4-5", demo, usage, createdAt: ago(minutes) };
}

export function toolCall(name, args, device, state, result = null) {
  return { type: "tool", stepId: newId("step"), toolCallId: newId("call"), name, arguments: args, device, state, result, error: null, approval: null };
}

export function approvalFor(call, { conversationId, runId, grade, folder, summary, coverage = null, segments = [] }) {
  return {
    id: newId("appr"), runId, taskRunId: null, conversationId, toolCallId: call.toolCallId, tool: call.name, arguments: call.arguments, device: call.device, grade,
    risk: { segments, summary }, folder, coverage, state: "pending", decision: null, reason: null, requestedAt: ago(1), expiresAt: ago(-14), decidedAt: null,
  };
}

function withDecision(call, state, decision, reason = null) {
  call.approval = { ...approvalFor(call, { conversationId: "", runId: "", grade: "modify", folder: null, summary: "" }), state, decision, reason, decidedAt: ago(90) };
  return call;
}

export { NOTES_DIFF };
