import { expect, it } from "vitest";

import { framesOf, stepsOf, STEP_TYPES, type Definition, type Position } from "../../canvas/definition.ts";
import { newStep, type Command } from "./commands.ts";
import { copyOf, pastedSteps } from "./fragment.ts";
import { RefusedCommand } from "./places.ts";
import { pick, randomDefinition, randomly, type Random } from "./random.fixture.ts";
import { begin, doCommand, doText, draftOf, draftOfData, redo, undo, type Session } from "./session.ts";

function randomCommand(random: Random, definition: Definition): Command {
  const steps = stepsOf(definition);
  const one = () => pick(random, steps).id;
  const frame = pick(random, framesOf(definition));
  const several = frame.steps.filter(() => random() < 0.6).map(({ id }) => id);
  const { id } = pick(random, frame.steps);
  const commands: Command[] = [
    { kind: "add", step: newStep(definition, pick(random, STEP_TYPES)), frame: frame.key, after: random() < 0.7 ? { source: id, port: pick(random, ["next", "failure"]) } : null, position: random() < 0.3 ? { x: 5, y: 6 } : null },
    { kind: "connect", link: { source: one(), port: pick(random, ["next", "failure", "default", "case:0"]), target: one() } },
    { kind: "disconnect", links: [{ source: id, port: "next", target: one() }] },
    { kind: "delete", ids: several },
    { kind: "rename", from: id, to: pick(random, ["renamed", "a b", one(), "x_1"]) },
    { kind: "change", id, step: { ...pick(random, frame.steps), name: "changed" } },
    { kind: "settings", fields: { name: "other", variables: { a: random() } } },
    { kind: "move", positions: new Map<string, Position>(several.map((name, index) => [name, { x: index * 7, y: 3 }])), into: random() < 0.3 ? pick(random, framesOf(definition)).key : null },
    { kind: "arrange" },
    { kind: "group", ids: several, into: pick(random, ["loop", "parallel"]), id: "box" },
    { kind: "ungroup", id },
    { kind: "paste", steps: pastedSteps(copyOf(definition, several)) ?? [], frame: frame.key, after: id },
  ];
  return pick(random, commands);
}

it("undoes and does again whatever was done, to the letter, and text and canvas stay one", () => {
  randomly(16, (random) => {
    let session: Session = begin(draftOfData(randomDefinition(random)));
    const trail = [session.draft.text];
    for (let round = 0; round < 12; round += 1) {
      const { definition } = session.draft;
      if (definition?.steps.length === 0) break;
      if (!definition) throw new Error(`not drawable any more:\n${session.draft.text}`);
      try {
        const before = JSON.stringify(definition);
        const next = doCommand(session, randomCommand(random, definition));
        expect(JSON.stringify(definition)).toBe(before);
        if (next.past.length > session.past.length) trail.push(next.draft.text);
        session = next;
      } catch (error) {
        if (!(error instanceof RefusedCommand)) throw error;
      }
      expect(draftOf(session.draft.text).data).toEqual(session.draft.definition);
    }
    const last = trail.length - 1;
    for (let at = last; at > 0; at -= 1) {
      session = undo(session);
      expect(session.draft.text).toBe(trail[at - 1]);
    }
    expect(undo(session)).toBe(session);
    for (let at = 1; at <= last; at += 1) {
      session = redo(session);
      expect(session.draft.text).toBe(trail[at]);
    }
  });
}, 30_000);

it("keeps the last picture while the text cannot be read, and takes typing as one thing", () => {
  let session = begin(draftOf("steps:\n  - {id: a, type: delay, config: {for: 1}}\n"));
  session = doText(session, "steps: [");
  expect(session.draft.fault?.line).toBe(1);
  expect(session.draft.definition?.steps).toHaveLength(1);
  expect(doCommand(session, { kind: "arrange" })).toBe(session);
  session = doText(session, "steps:\n  - {id: b, type: delay, config: {for: 1}}\n");
  expect(session.draft.definition?.steps[0]?.id).toBe("b");
  expect(undo(session).draft.text).toContain("id: a");
});
