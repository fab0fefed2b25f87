/** Words, numbers and times in English and Chinese. English is the source locale. */
export { createTranslator, LOCALES, type Language, type Translator } from "./translator.ts";
export type { MessageKey } from "./messages.ts";
export { TranslatorProvider, useTranslator } from "./react.tsx";
export { loadSystemWords, loadWords } from "./load.ts";
