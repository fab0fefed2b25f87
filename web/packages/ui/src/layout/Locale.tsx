import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components";

/** The locale that the controls announce themselves in. */
export function LocaleProvider({ locale, children }: { locale: string; children: ReactNode }) {
  return <I18nProvider locale={locale}>{children}</I18nProvider>;
}
