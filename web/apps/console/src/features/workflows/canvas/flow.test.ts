import { expect, it } from "vitest";

import type { Definition, Position } from "./definition.ts";
import { FAILURE_UP, flowOf, linkOfEdge, portOf, type Shown } from "./flow.ts";

const SHOWN: Shown = { states: null, selected: new Set(), problems: new Map(), marks: new Map(), isEditable: true, nameOf: ({ id }) => id };

/** A step with its handler, which stands so much lower and to the right. */
function drawn(handler: Position) {
  const definition: Definition = {
    openclaw: "openclaw.workflow/1",
    name: "x",
    steps: [
      { id: "fetch", type: "http", config: {}, on_failure: "mend", next_steps: ["end"] },
      { id: "mend", type: "transform", config: {} },
      { id: "end", type: "transform", config: {} },
    ],
    layout: { fetch: { x: 0, y: 0 }, mend: handler, end: { x: 400, y: -300 } },
  };
  return flowOf(definition, SHOWN);
}

it("draws the way to a handler from the side of the step that it stands on", () => {
  const handles = (handler: Position) => drawn(handler).edges.map(({ sourceHandle }) => sourceHandle);
  expect(handles({ x: 400, y: -100 })).toEqual(["next", FAILURE_UP]);
  expect(handles({ x: 400, y: 100 })).toEqual(["next", "failure"]);
  expect(handles({ x: 400, y: 0 })).toEqual(["next", "failure"]);
  const data = drawn({ x: 400, y: -100 }).nodes.map(({ data: one }) => "failsUpwards" in one && one.failsUpwards);
  expect(data).toEqual([true, false, false]);
});

it("is the same way wherever it is drawn", () => {
  const [, failure] = drawn({ x: 400, y: -100 }).edges;
  expect(linkOfEdge(failure?.id ?? "")).toEqual({ source: "fetch", port: "failure", target: "mend" });
  expect([FAILURE_UP, "failure", "case0", null].map(portOf)).toEqual(["failure", "failure", "case0", "next"]);
});
