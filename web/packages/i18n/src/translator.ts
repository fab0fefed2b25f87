import { createFormats, type Formats } from "./formats.ts";
import { en, type CountKey, type MessageKey, type Messages } from "./messages.ts";
import { zh } from "./zh/index.ts";

export type Language = "en" | "zh";
export type Values = Readonly<Record<string, string | number>>;

/** Complete once `loadWords` has been waited for by the pages that need more. */
export const CATALOGUES: Readonly<Record<Language, Messages>> = { en: { ...en } as Messages, zh: { ...zh } as Messages };
export const LOCALES: Readonly<Record<Language, string>> = { en: "en-US", zh: "zh-CN" };

export interface Translator {
  language: Language;
  locale: string;
  /** The words of `key`, with `{name}` places filled. */
  (key: MessageKey, values?: Values): string;
  /** The form for a number; `{count}` is that number as the language writes it. */
  count(key: CountKey, count: number): string;
  /** Whether there are words of that key: for keys that are made of data. */
  has(key: string): key is MessageKey;
  /** Our words for an error code; null when there are none. */
  code(code: string | null): string | null;
  /** Words for what was thrown: ours if the code is known, else the server's own. */
  error(error: unknown): string;
  format: Formats;
}

export function createTranslator(language: Language): Translator {
  const messages = CATALOGUES[language];
  const locale = LOCALES[language];
  const plural = new Intl.PluralRules(locale);
  const format = createFormats(locale);
  const translate = (key: MessageKey, values?: Values) => fill(messages[key], values);
  return Object.assign(translate, {
    language,
    locale,
    format,
    count: (key: CountKey, count: number) => {
      const form = plural.select(count) === "one" ? "one" : "other";
      return fill(messages[`${key}.${form}` as MessageKey], { count: format.number(count) });
    },
    has: (key: string): key is MessageKey => Object.hasOwn(messages, key),
    code: (code: string | null) => templateOf(messages, code),
    error: (error: unknown) => errorWords(messages, error),
  });
}

function fill(template: string, values?: Values): string {
  return values ? template.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place)) : template;
}

/** What an error of ours looks like; structural, so that words do not depend on the client. */
interface CodedError {
  code: string;
  message: string;
  data?: Record<string, unknown>;
  retryAfter?: number | null;
}

function errorWords(messages: Messages, error: unknown): string {
  if (!isCoded(error)) return messages["error.unknown"];
  const template = templateOf(messages, error.code);
  if (!template) return error.message || messages["error.unknown"];
  return fill(template, { minutes: minutesLeft(error) });
}

function templateOf(messages: Messages, code: string | null): string | null {
  return (messages as Readonly<Record<string, string>>)[`error.${code}`] ?? null;
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && typeof (error as Partial<CodedError>).code === "string";
}

function minutesLeft(error: CodedError): number {
  const seconds = error.retryAfter ?? Number(error.data?.["retryAfterSeconds"] ?? 15 * 60);
  return Math.max(1, Math.ceil(seconds / 60));
}
