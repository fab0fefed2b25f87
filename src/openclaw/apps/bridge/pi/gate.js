// Every tool call of the runtime passes here: the bridge judges it, and asks the person where it has to.
// Loaded with `--extension` into each runtime that the server may prompt. No answer is a refusal.
export default function (pi) {
  pi.on("session_start", async (_event, ctx) => {
    ctx.ui.setStatus("openclaw-gate", "closed");
  });
  pi.on("tool_call", async (event, ctx) => {
    const call = { id: event.toolCallId, tool: event.toolName, input: event.input };
    const verdict = await ctx.ui.input("openclaw-gate", JSON.stringify(call));
    return verdict === "allow" ? undefined : { block: true, reason: verdict || "This was not allowed." };
  });
}
