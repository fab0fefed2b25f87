/** Words, numbers and times in English and Chinese. English is the source locale. */
export { CATALOGUES, createTranslator, LOCALES, type Language, type Translator, type Values } from "./translator.ts";
export type { CountKey, MessageKey } from "./messages.ts";
export { TranslatorProvider, useTranslator } from "./react.tsx";
