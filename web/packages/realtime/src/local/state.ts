import type { BridgeHealth, RedeemOutcome } from "./client.ts";
import type { LocalSession } from "./session.ts";

/**
 * Where the page stands with the bridge on this very machine.
 *
 * - `unknown`: nothing was asked yet.
 * - `permission`: the browser stands between. `ask`: it would ask the person, so a click has to come first;
 *   `denied`: the person, or a policy, said no.
 * - `absent`: nothing answers, or something that is no bridge of this server.
 * - `present`: a bridge answers that is not this account's: free to link, linked `elsewhere`, or one whose key is not
 *   that of the machine it claims to be (`unproven`); `unasked`: the server could not be asked whose it is.
 * - `linked`: this account's machine, proven by its key. There is no live content: no runtime, or not read yet.
 * - `live`: and its runtime's session was read.
 * - `degraded`: the machine answers, its live content does not. What was read before stays, as old.
 */
export type LocalState =
  | { kind: "unknown" }
  | { kind: "permission"; reason: "ask" | "denied" }
  | { kind: "absent" }
  | { kind: "present"; health: BridgeHealth; owner: ForeignOwner }
  | { kind: "linked"; health: BridgeHealth; deviceId: string; isReading: boolean }
  | { kind: "live"; health: BridgeHealth; deviceId: string; session: LocalSession }
  | { kind: "degraded"; health: BridgeHealth; deviceId: string; session: LocalSession | null; reason: DegradedReason };

export type ForeignOwner = "free" | "elsewhere" | "unproven" | "unasked";

/** Why there is no live content: no way in, a runtime that starts, fails or is slow, or an answer of another form. */
export type DegradedReason = "refused" | "starting" | "failed" | "slow" | "unreadable";

/** Linking by one click, beside the state. Success shows in the state: the machine is then this account's. */
export type LinkAttempt =
  | { step: "idle" }
  | { step: "asking" }
  | { step: "failed"; reason: "unreachable" | "refused"; code: string | null; message: string | null };

export interface LocalView {
  state: LocalState;
  link: LinkAttempt;
  /** A look is under way; the state is that of the one before. */
  isLooking: boolean;
}

export type LoopbackPermission = "granted" | "prompt" | "denied" | "unknown";

export type LocalEvent =
  | { type: "began" }
  | { type: "withheld"; permission: LoopbackPermission }
  | { type: "unanswered"; permission: LoopbackPermission; isLocalPage: boolean }
  | { type: "answered"; health: BridgeHealth; owner: Owner }
  | { type: "read"; outcome: ReadOutcome }
  | { type: "linking" }
  | { type: "linkEnded"; outcome: RedeemOutcome }
  | { type: "linkReset" }
  | { type: "ended" }
  | { type: "forgotten" };

export type Owner = { kind: ForeignOwner } | { kind: "mine"; deviceId: string };

export type ReadOutcome = { ok: true; session: LocalSession } | { ok: false; reason: DegradedReason | "none" };

export const UNKNOWN: LocalView = { state: { kind: "unknown" }, link: { step: "idle" }, isLooking: false };

/** What `event` makes of `view`. Total: an event that does not fit changes nothing. */
export function reduceLocal(view: LocalView, event: LocalEvent): LocalView {
  switch (event.type) {
    case "began":
      return view.isLooking ? view : { ...view, isLooking: true };
    case "withheld":
      // Without such a permission, what a click has found stays until the next click.
      if (event.permission === "unknown" && view.state.kind !== "unknown") return view;
      return { ...view, state: { kind: "permission", reason: event.permission === "denied" ? "denied" : "ask" } };
    case "unanswered":
      return { ...view, link: { step: "idle" }, state: unanswered(event.permission, event.isLocalPage) };
    case "answered":
      return withOwner(view, event.health, event.owner);
    case "read":
      return { ...view, state: withContent(view.state, event.outcome) };
    case "linking":
      return view.state.kind === "present" ? { ...view, link: { step: "asking" } } : view;
    case "linkEnded":
      if (view.link.step !== "asking") return view;
      return { ...view, link: event.outcome.ok ? { step: "idle" } : failed(event.outcome) };
    case "linkReset":
      return view.link.step === "idle" ? view : { ...view, link: { step: "idle" } };
    case "ended":
      return view.isLooking ? { ...view, isLooking: false } : view;
    case "forgotten":
      return UNKNOWN;
  }
}

/** A page that itself comes from this machine needs no permission, whatever the browser's answer to the question. */
function unanswered(permission: LoopbackPermission, isLocalPage: boolean): LocalState {
  if (!isLocalPage && permission === "denied") return { kind: "permission", reason: "denied" };
  if (!isLocalPage && permission === "prompt") return { kind: "permission", reason: "ask" };
  return { kind: "absent" };
}

function withOwner(view: LocalView, health: BridgeHealth, owner: Owner): LocalView {
  const { state } = view;
  if (owner.kind !== "mine") return { ...view, state: { kind: "present", health, owner: owner.kind } };
  const { deviceId } = owner;
  // Content that was read stays on the page while it is read again.
  const isSame = (state.kind === "live" || state.kind === "degraded") && state.deviceId === deviceId;
  const link: LinkAttempt = { step: "idle" };
  if (isSame) return { ...view, link, state: { ...state, health } };
  return { ...view, link, state: { kind: "linked", health, deviceId, isReading: true } };
}

function withContent(state: LocalState, outcome: ReadOutcome): LocalState {
  if (state.kind !== "linked" && state.kind !== "live" && state.kind !== "degraded") return state;
  const { health, deviceId } = state;
  if (outcome.ok) return { kind: "live", health, deviceId, session: outcome.session };
  if (outcome.reason === "none") return { kind: "linked", health, deviceId, isReading: false };
  const session = state.kind === "linked" ? null : state.session;
  return { kind: "degraded", health, deviceId, session, reason: outcome.reason };
}

function failed(outcome: Exclude<RedeemOutcome, { ok: true }>): LinkAttempt {
  const { reason } = outcome;
  return { step: "failed", reason, code: reason === "refused" ? outcome.code : null, message: reason === "refused" ? outcome.message : null };
}
