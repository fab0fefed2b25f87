// @vitest-environment jsdom
import { loadWords, TranslatorProvider } from "@openclaw/i18n";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeAll, expect, it } from "vitest";

import { AnswerForm, useAnswer } from "./AnswerForm.tsx";

// jsdom has none, and the lists of react-aria ask for it.
globalThis.CSS ??= { escape: (text: string) => text.replace(/["\\]/g, "\\$&") } as typeof CSS;
beforeAll(loadWords);
afterEach(cleanup);

/** The form of a schema; what was sent last is told by `sent`. */
function shown(schema: unknown, given: unknown = {}) {
  let sent: unknown;
  function Form() {
    const answer = useAnswer(schema, given);
    return (
      <form
        onSubmit={(event) => {
          event.preventDefault();
          sent = answer.read();
        }}
      >
        <AnswerForm answer={answer} wholeLabel="Everything" />
        <button type="submit">Send</button>
      </form>
    );
  }
  render(
    <TranslatorProvider language="en">
      <Form />
    </TranslatorProvider>,
  );
  return async () => {
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    return sent;
  };
}

const field = (name: RegExp | string) => screen.getByRole("textbox", { name });

it("sends what is filled in, lists and nested fields too, and leaves out what is empty", async () => {
  const send = shown({
    properties: {
      amount: { type: "integer", title: "Amount" },
      names: { type: "array", items: { type: "string" }, title: "Names" },
      codes: { type: "array", items: { type: "integer" }, title: "Codes" },
      note: { type: "string", title: "Note" },
      place: { type: "object", title: "Place", required: ["city"], properties: { city: { type: "string", title: "City" } } },
    },
    required: ["amount"],
  });
  await userEvent.type(field("Amount"), "7");
  await userEvent.type(field(/Names/), "a, b{Enter}c");
  await userEvent.type(field(/Codes/), "200, 404");
  expect(await send()).toEqual({ amount: 7, names: ["a, b", "c"], codes: [200, 404] });
  await userEvent.click(screen.getByRole("checkbox", { name: /Place/ }));
  expect(await send()).toBeNull();
  await userEvent.type(field("City"), "Bonn");
  expect(await send()).toMatchObject({ place: { city: "Bonn" } });
});

it("says what is wrong once it is sent, and no longer than it is wrong", async () => {
  const send = shown({ properties: { amount: { type: "integer", title: "Amount" }, data: { title: "Data" } } }, { amount: 3 });
  await userEvent.type(field(/Amount/), "x");
  await userEvent.type(field(/Data/), "[[");
  expect(screen.queryByText("This is no number.")).toBeNull();
  expect(await send()).toBeNull();
  expect(screen.getByText("This is no number.")).toBeTruthy();
  expect(screen.getByText("This is no valid JSON.")).toBeTruthy();
  await userEvent.type(field(/Amount/), "{Backspace}");
  await userEvent.type(field(/Data/), "1]");
  expect(screen.queryByText(/This is no/)).toBeNull();
  expect(await send()).toEqual({ amount: 3, data: [1] });
});

it("is one JSON object where the schema names no fields", async () => {
  const send = shown(null, { a: 1 });
  expect(await send()).toEqual({ a: 1 });
  await userEvent.clear(field("Everything"));
  await userEvent.type(field("Everything"), "[[1]");
  expect(await send()).toBeNull();
  await userEvent.clear(field("Everything"));
  expect(await send()).toEqual({});
});
