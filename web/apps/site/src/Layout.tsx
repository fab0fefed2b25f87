import { Mark } from "@openclaw/ui";
import type { ReactNode } from "react";

import { en, type Words } from "./words/en.ts";
import { zh } from "./words/zh.ts";

import "./Layout.css";

export const LANGUAGES = { en, zh };
export type Language = keyof typeof LANGUAGES;

export interface LayoutProps {
  language: Language;
  /** The page's address, the same in each language. */
  path: string;
  title: string;
  children: ReactNode;
}

/** A whole page: head, navigation, content, foot. */
export function Layout({ language, path, title, children }: LayoutProps) {
  const words: Words = LANGUAGES[language];
  const links = [
    { to: "/welcome", text: words.product },
    { to: "/pricing", text: words.pricing },
    { to: "/docs", text: words.docs },
  ];
  return (
    <html lang={language === "zh" ? "zh-CN" : "en"}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content={words.lead} />
        <title>{`${title} · OpenClaw`}</title>
        <link rel="icon" href="/mark.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/site/site.css" />
      </head>
      <body>
        <a className="Layout-skip" href="#content">
          {words.skip}
        </a>
        <header className="Layout-header">
          <a className="Layout-brand" href={`/welcome?lang=${language}`}>
            <Mark size={20} />
            OpenClaw
          </a>
          <nav className="Layout-links">
            {links.map((link) => (
              <a key={link.to} href={`${link.to}?lang=${language}`} aria-current={path.startsWith(link.to) ? "page" : undefined}>
                {link.text}
              </a>
            ))}
          </nav>
          <a className="Layout-sign" href="/sign-in">
            {words.signIn}
          </a>
        </header>
        <main id="content">{children}</main>
        <footer className="Layout-foot">
          <span>{words.foot}</span>
          <span className="Layout-languages">
            {(Object.keys(LANGUAGES) as Language[]).map((other) => (
              <a key={other} href={`${path}?lang=${other}`} lang={other} aria-current={other === language ? "true" : undefined}>
                {LANGUAGES[other].language}
              </a>
            ))}
          </span>
        </footer>
      </body>
    </html>
  );
}
