import { createContext, useContext, useMemo, type ReactNode } from "react";

import { createTranslator, type Language, type Translator } from "./translator.ts";

const TranslatorContext = createContext<Translator>(createTranslator("en"));

export function TranslatorProvider({ language, children }: { language: Language; children: ReactNode }) {
  const translator = useMemo(() => createTranslator(language), [language]);
  return <TranslatorContext value={translator}>{children}</TranslatorContext>;
}

/** The words of the chosen language. */
export function useTranslator(): Translator {
  return useContext(TranslatorContext);
}
