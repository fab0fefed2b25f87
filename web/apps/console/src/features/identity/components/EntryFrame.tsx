import { useTranslator } from "@openclaw/i18n";
import { Mark, Segmented } from "@openclaw/ui";
import type { ReactNode } from "react";

import { usePreferences, useServices } from "../../../shared/services.tsx";

import "./EntryFrame.css";

/** The frame of the pages before the sign-in. */
export function EntryFrame({ title, children, footer }: { title: string; children: ReactNode; footer?: ReactNode }) {
  const t = useTranslator();
  const { preferences } = useServices();
  const { language } = usePreferences();
  return (
    <div className="EntryFrame">
      <main className="EntryFrame-main">
        <header className="EntryFrame-brand">
          <Mark size={28} />
          <span>
            <strong className="EntryFrame-name">{t("app.name")}</strong>
            <span className="EntryFrame-tagline">{t("signIn.tagline")}</span>
          </span>
        </header>
        <h1 className="EntryFrame-title">{title}</h1>
        {children}
        {footer && <p className="EntryFrame-footer">{footer}</p>}
      </main>
      <footer className="EntryFrame-language">
        <Segmented
          label={t("language.label")}
          isLabelHidden
          value={language}
          onChange={(next) => preferences.update({ language: next })}
          options={[
            { value: "en", label: t("language.en") },
            { value: "zh", label: t("language.zh") },
          ]}
        />
        {/* Not a page of the console: the public site, which the server has rendered. */}
        <a href={`/welcome?lang=${language}`}>{t("signIn.about")}</a>
      </footer>
    </div>
  );
}
