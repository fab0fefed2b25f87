// @vitest-environment jsdom
import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { CodeBlock } from "./CodeBlock.tsx";

afterEach(cleanup);

it("keeps the options of a wrapped command whole, and the command as it is", () => {
  const code = "openclaw host --token a--b --server http://127.0.0.1";
  const { container } = render(<CodeBlock code={code} labels={{ copy: "Copy", copied: "Copied" }} isWrapped />);
  expect([...container.querySelectorAll(".CodeBlock-option")].map(({ textContent }) => textContent)).toEqual(["--token", "--server"]);
  expect(container.querySelector("code")?.textContent).toBe(code);
});
