import { expect, it } from "vitest";

import { checkPasswordChange, checkSignUp, describeUserAgent } from "./model.ts";

const form = { username: "ada", email: "ada@example.org", displayName: "", password: "correct horse", inviteToken: "" };

it("checks a sign-up before it is sent", () => {
  expect(checkSignUp(form, false)).toEqual({});
  expect(checkSignUp({ ...form, username: "林 达", email: "x", password: "short" }, true)).toEqual({
    username: "validation.username",
    email: "validation.email",
    password: "validation.passwordShort",
    inviteToken: "validation.required",
  });
  expect(checkSignUp({ ...form, username: "林达" }, false)).toEqual({});
});

it("checks a password change", () => {
  expect(checkPasswordChange({ current: "", next: "short", repeat: "" })).toEqual({
    current: "validation.required",
    next: "validation.passwordShort",
  });
  expect(checkPasswordChange({ current: "x", next: "long enough", repeat: "other" })).toEqual({ repeat: "validation.passwordMismatch" });
});

it("names a session by its browser and system", () => {
  expect(describeUserAgent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0")).toBe("Edge · Linux");
  expect(describeUserAgent("openclaw/0.1.0")).toBe("OpenClaw CLI");
  expect(describeUserAgent("curl/8.1")).toBe("curl/8.1");
  expect(describeUserAgent("")).toBeNull();
});
