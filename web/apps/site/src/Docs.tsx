import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

import type { Language } from "./Layout.tsx";
import type { Words } from "./words/en.ts";

import "./Docs.css";

/** A guide of `docs/guides`. */
export interface Guide {
  name: string;
  text: string;
}

export interface DocsProps {
  words: Words;
  language: Language;
  guides: Guide[];
  /** The one that is open; null for the list of all. */
  open: Guide | null;
}

export function Docs({ words, language, guides, open }: DocsProps) {
  return (
    <div className="Docs">
      <nav className="Docs-guides" aria-label={words.docsTitle}>
        {guides.map((guide) => (
          <a key={guide.name} href={`/docs/${guide.name}?lang=${language}`} aria-current={guide === open ? "page" : undefined}>
            {headingOf(guide)}
          </a>
        ))}
      </nav>
      <article className="Docs-text" lang={open ? "en" : undefined}>
        {open ? (
          <ReactMarkdown remarkPlugins={[remarkGfm]} components={componentsFor(guides, language)}>
            {open.text}
          </ReactMarkdown>
        ) : (
          <>
            <h1>{words.docsTitle}</h1>
            <p>{words.docsLead}</p>
            {words.docsLanguage && <p>{words.docsLanguage}</p>}
            <ul>
              {guides.map((guide) => (
                <li key={guide.name}>
                  <a href={`/docs/${guide.name}?lang=${language}`}>{headingOf(guide)}</a>
                </li>
              ))}
            </ul>
          </>
        )}
      </article>
    </div>
  );
}

export function headingOf(guide: Guide): string {
  return /^# (.+)$/m.exec(guide.text)?.[1] ?? guide.name;
}

/** Links between guides stay; what leads to other files of the checkout is text here. */
function componentsFor(guides: Guide[], language: Language): Components {
  const names = new Set(guides.map((guide) => guide.name));
  return {
    a: ({ href = "", children }) => {
      const guide = /^(?:\.\.\/guides\/)?([\w-]+)\.md(#[\w-]+)?$/.exec(href);
      if (guide?.[1] && names.has(guide[1])) return <a href={`/docs/${guide[1]}?lang=${language}${guide[2] ?? ""}`}>{children}</a>;
      return /^(https?:|#)/.test(href) ? <a href={href}>{children}</a> : <>{children}</>;
    },
    img: ({ src, alt }) => <img src={typeof src === "string" ? src.replace(/^.*\//, "/site/") : undefined} alt={alt ?? ""} />,
    table: ({ children }) => (
      <div className="Docs-table">
        <table>{children}</table>
      </div>
    ),
  };
}
