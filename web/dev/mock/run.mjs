import { approvalFor, assistant, NOTES_DIFF, toolCall } from "./samples.mjs";
import { newId, now } from "./state.mjs";

const DELTA_MS = 45;

/** Plays a run: streams text, asks for approval where a real run would, and finishes. */
export function startRun(state, gateway, conversation, text) {
  const runId = newId("run");
  const device = state.devices[0] && { id: state.devices[0].id, name: state.devices[0].name };
  const message = assistant([], { state: "running", runId, demo: state.providers.length === 0 });
  message.createdAt = now();
  state.messages.get(conversation.id).push(message);
  conversation.runState = "running";
  conversation.updatedAt = now();
  const run = { runId, sessionKey: conversation.id, seq: 0, said: "", isStopped: false };
  state.runs.set(runId, run);

  const emit = (event, payload) => gateway.emit(event, { runId: `client-${runId}`, run: runId, sessionKey: conversation.id, seq: ++run.seq, ...payload });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  const say = async (words) => {
    const part = { type: "text", text: "" };
    message.parts.push(part);
    for (const delta of words.match(/\S+\s*/g) ?? []) {
      if (run.isStopped) return;
      part.text += delta;
      run.said += delta;
      emit("chat", { state: "delta", deltaText: delta, message: { role: "assistant", content: [{ type: "text", text: run.said }] } });
      await wait(DELTA_MS);
    }
  };
  const tool = (data) => emit("agent", { ts: Date.now(), stream: "tool", data });

  const ask = (call, options) =>
    new Promise((resolve) => {
      call.approval = approvalFor(call, { conversationId: conversation.id, runId, ...options });
      call.state = "awaiting_approval";
      conversation.runState = "awaiting_approval";
      state.approvals.set(call.approval.id, call.approval);
      run.answered = (approval) => {
        conversation.runState = "running";
        gateway.emit("exec.approval.resolved", { id: approval.id, decision: approval.decision, ts: Date.now(), approval });
        resolve(approval.state === "allowed");
      };
      gateway.emit("exec.approval.requested", { id: call.approval.id, request: {}, approval: call.approval, createdAtMs: Date.now(), expiresAtMs: Date.now() + 900_000 });
    });

  const finish = (outcome) => {
    message.state = outcome === "final" ? "complete" : "aborted";
    message.usage = { inputTokens: 412, outputTokens: 96, costMicros: null };
    conversation.runState = null;
    emit("chat", { state: outcome });
  };
  run.stop = () => {
    run.isStopped = true;
    finish("aborted");
  };

  const play = async () => {
    emit("agent", { ts: Date.now(), stream: "lifecycle", data: { phase: "start" } });
    await wait(300);
    if (/notes|创建/.test(text)) {
      await say("I will write the three lines to `~/Documents/notes.txt`. ");
      const call = toolCall("fs.write", { path: "~/Documents/notes.txt", content: "one\ntwo\nthree\n" }, device, "pending");
      message.parts.push(call);
      tool({ phase: "start", name: call.name, toolCallId: call.toolCallId, stepId: call.stepId, args: call.arguments, device });
      const isAllowed = await ask(call, { grade: "modify", folder: "~/Documents", summary: "Creates or replaces one file.", coverage: { program: "fs.write", folder: "~/Documents", text: "writing any file below ~/Documents on this device" } });
      call.state = isAllowed ? "ok" : "denied";
      if (isAllowed) call.result = { path: "~/Documents/notes.txt", bytes: 14, created: true, diff: NOTES_DIFF };
      tool({ phase: "result", name: call.name, toolCallId: call.toolCallId, state: call.state, result: call.result, isError: false });
      await say(isAllowed ? "The file is written. It has three lines." : "Understood, nothing was written.");
    } else if (/run|运行/.test(text)) {
      const call = toolCall("exec", { command: "for i in 1 2 3 4 5 6; do date; sleep 1; done", cwd: "~" }, device, "running");
      message.parts.push(call);
      tool({ phase: "start", name: "exec", toolCallId: call.toolCallId, stepId: call.stepId, args: call.arguments, device, state: "running" });
      let stdout = "";
      for (let index = 1; index <= 6 && !run.isStopped; index++) {
        await wait(500);
        const line = `line ${index} of the output\n`;
        stdout += line;
        tool({ phase: "update", name: "exec", toolCallId: call.toolCallId, partialResult: { stream: "stdout", text: line } });
      }
      if (run.isStopped) return;
      Object.assign(call, { state: "ok", result: { exitCode: 0, signal: null, timedOut: false, stdout, stderr: "", stdoutTruncated: false, stderrTruncated: false, durationMs: 3_000 } });
      tool({ phase: "result", name: "exec", toolCallId: call.toolCallId, state: "ok", result: call.result });
      await say("It ran and printed six lines.");
    } else {
      await say("This is the mock server. It can show an approval (`create notes.txt …`) and live output (`run …`).\n\n- one\n- two\n\n```bash\nopenclaw up\n```\n");
    }
    if (!run.isStopped) finish("final");
  };
  void play();
  return runId;
}
