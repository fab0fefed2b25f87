import { createTranslator } from "@openclaw/i18n";
import { expect, it } from "vitest";

import { localStep, STEP_WORDS, wordsOf } from "./local.ts";

const health = {
  version: null, linked: true, connected: true, deviceId: "dev_1", nodeId: "ab", runtimeReady: false, runtime: "none", proof: null,
} as const;
const link = { step: "idle" } as const;

it("tells every state apart, in words of its own and with a next step, in both languages", () => {
  const steps = Object.entries(STEP_WORDS);
  for (const language of ["en", "zh"] as const) {
    const t = createTranslator(language);
    const said = steps.map(([, { title, text }]) => `${t(title, { name: "M" })} ${t(text, { name: "M" })}`);
    expect(new Set(said).size).toBe(steps.length);
  }
  const waiting = steps.filter(([, { action }]) => action === "none").map(([step]) => step);
  expect(waiting).toEqual(["looking", "linking", "reading"]);
});

it.each(["refused", "starting", "failed", "slow", "unreadable"] as const)("says why live content is missing: %s", (reason) => {
  const view = { state: { kind: "degraded", health, deviceId: "dev_1", session: null, reason }, link, isLooking: false } as const;
  expect(wordsOf(view)).toMatchObject({ text: `local.degraded.${reason}`, action: "again" });
});

it("shows a look as such only while nothing better is known", () => {
  expect(localStep({ state: { kind: "absent" }, link, isLooking: true })).toBe("looking");
  expect(localStep({ state: { kind: "linked", health, deviceId: "dev_1", isReading: true }, link, isLooking: true })).toBe("reading");
});
