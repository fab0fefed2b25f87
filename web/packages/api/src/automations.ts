import { keyed, segment, unchangedSince, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";
import { deliverSigned } from "./webhooks.ts";

/** What happens by itself: automations, what they could do here, and their webhooks. */
export function automations(http: Http) {
  const at = (id: string) => `/automations/${segment(id)}`;
  return {
    /** The actions with the JSON Schema of their configuration, the events, and what formulas may name. */
    kinds: (signal?: Signal) => http.json<Types.AutomationKinds>("GET", "/automation-kinds", { signal }),
    /** When a trigger that is not saved yet would be due. */
    preview: (trigger: Types.AutomationTrigger, signal?: Signal) =>
      http.json<Types.FireTimes>("POST", "/automation-previews", { body: { trigger, count: 10 }, signal }),
    /** What is wrong with a condition, or with success criteria, that is being written. */
    checkFormula: (formula: string, of: Types.FormulaOf, signal?: Signal) =>
      http.json<Types.CheckedFormula>("POST", "/automation-formulas/check", { body: { formula, of }, signal }),
    list: (query: { q?: string; enabled?: boolean } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.Automation>>("GET", "/automations", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.Automation>("GET", at(id), { signal }),
    create: (body: Types.SaveAutomationInput, idempotencyKey: string) =>
      http.json<Types.NewAutomation>("POST", "/automations", { body, headers: keyed(idempotencyKey) }),
    /** All of it, if it is still of that version. */
    save: (id: string, body: Types.SaveAutomationInput, version: number) =>
      http.json<Types.Automation>("PUT", at(id), { body, headers: unchangedSince(version) }),
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    enable: (id: string) => http.json<Types.Automation>("POST", `${at(id)}/enable`),
    disable: (id: string) => http.json<Types.Automation>("POST", `${at(id)}/disable`),
    fire: (id: string, input: Types.JsonObject, idempotencyKey: string) =>
      http.json<Types.AutomationRun>("POST", `${at(id)}/fire`, { body: { input }, headers: keyed(idempotencyKey) }),
    next: (id: string, signal?: Signal) => http.json<Types.FireTimes>("GET", `${at(id)}/next`, { signal }),
    /** New secrets, shown this once; the old one stays good for so many hours. */
    rotate: (id: string, keepOldHours: number) => http.json<Types.HookSecret>("POST", `${at(id)}/secret`, { body: { keepOldHours } }),
    samples: (id: string, signal?: Signal) => http.json<Types.Page<Types.HookSample>>("GET", `${at(id)}/samples`, { signal }),
    /** What would happen with that input. Nothing does. */
    tryOut: (id: string, input: Types.JsonObject) => http.json<Types.AutomationTrial>("POST", `${at(id)}/test`, { body: { input } }),
    /** A delivery as a stranger with the secret sends it. */
    deliver: (hookPath: string, secret: string, body: string) => deliverSigned(http, hookPath, secret, body),
  };
}

export function automationRuns(http: Http) {
  const at = (id: string) => `/automation-runs/${segment(id)}`;
  return {
    list: (query: { automation?: string; state?: Types.AutomationRunState } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.AutomationRun>>("GET", "/automation-runs", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.AutomationRun>("GET", at(id), { signal }),
    cancel: (id: string) => http.json<Types.AutomationRun>("POST", `${at(id)}/cancel`),
  };
}
