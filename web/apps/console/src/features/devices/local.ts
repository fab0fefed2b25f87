import type { MessageKey } from "@openclaw/i18n";
import type { DegradedReason, LocalView } from "@openclaw/realtime";

/** The states of the local bridge as they are told apart in words; `linking` and `failed` are those of the one click. */
export type LocalStep =
  | "looking"
  | "ask"
  | "denied"
  | "absent"
  | "free"
  | "linking"
  | "failed"
  | "elsewhere"
  | "unproven"
  | "unasked"
  | "reading"
  | "linked"
  | "live"
  | "degraded";

export function localStep({ state, link, isLooking }: LocalView): LocalStep {
  switch (state.kind) {
    case "unknown":
      return "looking";
    case "permission":
      return isLooking ? "looking" : state.reason;
    case "absent":
      return isLooking ? "looking" : "absent";
    case "present":
      if (state.owner !== "free") return state.owner;
      return link.step === "idle" ? "free" : link.step === "asking" ? "linking" : "failed";
    case "linked":
      return state.isReading ? "reading" : "linked";
    default:
      return state.kind;
  }
}

export type LocalAction = "look" | "again" | "link" | "install" | "none";

export interface StepWords {
  dot: "live" | "off" | "busy" | "attention";
  title: MessageKey;
  text: MessageKey;
  /** What the person can do next. */
  action: LocalAction;
}

/** Each state in words, with its next step. The words of `degraded` follow from its reason. */
export const STEP_WORDS: Readonly<Record<Exclude<LocalStep, "degraded">, StepWords>> = {
  looking: { dot: "busy", title: "local.looking.title", text: "local.looking.text", action: "none" },
  ask: { dot: "off", title: "local.ask.title", text: "local.ask.text", action: "look" },
  denied: { dot: "attention", title: "local.denied.title", text: "local.denied.text", action: "again" },
  absent: { dot: "off", title: "local.absent.title", text: "local.absent.text", action: "install" },
  free: { dot: "live", title: "local.free.title", text: "local.free.text", action: "link" },
  linking: { dot: "busy", title: "local.free.title", text: "link.linking", action: "none" },
  failed: { dot: "attention", title: "link.failedTitle", text: "local.failed.text", action: "link" },
  elsewhere: { dot: "attention", title: "local.elsewhere.title", text: "local.elsewhere.text", action: "again" },
  unproven: { dot: "attention", title: "local.unproven.title", text: "local.unproven.text", action: "again" },
  unasked: { dot: "attention", title: "local.unasked.title", text: "local.unasked.text", action: "again" },
  reading: { dot: "busy", title: "local.linked.title", text: "local.reading.text", action: "none" },
  linked: { dot: "live", title: "local.linked.title", text: "local.linked.text", action: "again" },
  live: { dot: "live", title: "local.live.title", text: "local.live.text", action: "again" },
};

const DEGRADED: Readonly<Record<DegradedReason, MessageKey>> = {
  refused: "local.degraded.refused",
  starting: "local.degraded.starting",
  failed: "local.degraded.failed",
  slow: "local.degraded.slow",
  unreadable: "local.degraded.unreadable",
};

export function wordsOf(view: LocalView): StepWords {
  const step = localStep(view);
  if (step !== "degraded") return STEP_WORDS[step];
  const reason = view.state.kind === "degraded" ? view.state.reason : "failed";
  return { dot: reason === "starting" ? "busy" : "attention", title: "local.degraded.title", text: DEGRADED[reason], action: "again" };
}
