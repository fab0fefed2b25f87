import { LOCALES, TranslatorProvider, useTranslator } from "@openclaw/i18n";
import { LocaleProvider, ToastProvider } from "@openclaw/ui";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";

import { applyToDocument } from "../shared/preferences.ts";
import { ServicesProvider, usePreferences } from "../shared/services.tsx";
import { FailureBoundary } from "./failure/FailureBoundary.tsx";
import type { Built } from "./services.ts";

export function App({ services, queryClient, router }: Built) {
  return (
    <ServicesProvider services={services}>
      <QueryClientProvider client={queryClient}>
        <Words>
          <FailureBoundary>
            <RouterProvider router={router} />
          </FailureBoundary>
        </Words>
      </QueryClientProvider>
    </ServicesProvider>
  );
}

function Words({ children }: { children: ReactNode }) {
  const preferences = usePreferences();
  useEffect(() => applyToDocument(document.documentElement, preferences), [preferences]);
  return (
    <TranslatorProvider language={preferences.language}>
      <LocaleProvider locale={LOCALES[preferences.language]}>
        <Notes>{children}</Notes>
      </LocaleProvider>
    </TranslatorProvider>
  );
}

function Notes({ children }: { children: ReactNode }) {
  const t = useTranslator();
  return <ToastProvider dismissLabel={t("app.dismiss")}>{children}</ToastProvider>;
}
