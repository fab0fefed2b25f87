import type { ToolPolicy } from "@openclaw/api";

/** The tools that a machine can be told to leave alone. */
export const TOOLS = ["exec", "fs.write", "fs.edit", "fs.move", "fs.delete", "fs.read", "fs.list", "fs.search", "fs.collect", "system.info"] as const;
export const MAX_GRADES = ["high", "modify", "read"] as const;

export const WIDEST: ToolPolicy = { maxGrade: "high", standingRules: true, deniedTools: [] };

/** Whether a policy holds anything back. */
export function isNarrow(policy: ToolPolicy): boolean {
  return policy.maxGrade !== "high" || !policy.standingRules || policy.deniedTools.length > 0;
}
