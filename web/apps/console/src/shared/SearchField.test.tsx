// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { SearchField } from "./SearchField.tsx";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("tells what is typed once that rests, and shows what the address says when that is changed otherwise", () => {
  const told: string[] = [];
  const onChange = (words: string) => told.push(words);
  const { rerender } = render(<SearchField label="Search" value="" onChange={onChange} />);
  const field = screen.getByLabelText<HTMLInputElement>("Search");
  const type = (value: string) => fireEvent.change(field, { target: { value } });
  const rest = () => act(() => vi.runAllTimers());

  type("di");
  type(" digest ");
  expect(told).toEqual([]);
  rest();
  expect(told).toEqual(["digest"]);
  rerender(<SearchField label="Search" value="digest" onChange={onChange} />);
  expect(field.value).toBe(" digest ");

  rerender(<SearchField label="Search" value="before" onChange={onChange} />);
  expect(field.value).toBe("before");
  rest();
  expect(told).toEqual(["digest"]);
});
