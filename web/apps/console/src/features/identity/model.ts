import type { MessageKey } from "@openclaw/i18n";

/** Rules that the server checks too; here they only save a round trip. */
export const PASSWORD_MIN = 8;
const USERNAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{1,49}$/u;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/;

export interface SignUpForm {
  username: string;
  email: string;
  displayName: string;
  password: string;
  inviteToken: string;
}

export type FieldErrors<Form> = Partial<Record<keyof Form, MessageKey>>;

export function checkSignUp(form: SignUpForm, needsInvite: boolean): FieldErrors<SignUpForm> {
  const errors: FieldErrors<SignUpForm> = {};
  if (!USERNAME.test(form.username)) errors.username = "validation.username";
  if (!EMAIL.test(form.email)) errors.email = "validation.email";
  if (form.password.length < PASSWORD_MIN) errors.password = "validation.passwordShort";
  if (needsInvite && form.inviteToken.trim() === "") errors.inviteToken = "validation.required";
  return errors;
}

export interface PasswordForm {
  current: string;
  next: string;
  repeat: string;
}

export function checkPasswordChange(form: PasswordForm): FieldErrors<PasswordForm> {
  const errors: FieldErrors<PasswordForm> = {};
  if (form.current === "") errors.current = "validation.required";
  if (form.next.length < PASSWORD_MIN) errors.next = "validation.passwordShort";
  else if (form.next !== form.repeat) errors.repeat = "validation.passwordMismatch";
  return errors;
}

/** "Chrome on Linux" from a user agent string; null when it is not a browser we know. */
export function describeUserAgent(userAgent: string): string | null {
  const browser = [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
    ["openclaw", "OpenClaw CLI"],
  ].find(([mark]) => userAgent.includes(mark as string))?.[1];
  const system = [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS", "macOS"],
    ["Linux", "Linux"],
  ].find(([mark]) => userAgent.includes(mark as string))?.[1];
  if (!browser) return userAgent.trim() === "" ? null : userAgent.slice(0, 60);
  return system ? `${browser} · ${system}` : browser;
}
