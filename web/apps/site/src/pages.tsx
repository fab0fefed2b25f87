import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";

import { Docs, headingOf, type Guide } from "./Docs.tsx";
import { LANGUAGES, Layout, type Language } from "./Layout.tsx";
import { Pricing } from "./Pricing.tsx";
import { Landing } from "./Landing.tsx";

/** A rendered page, and its place below the site's folder. */
export interface Page {
  file: string;
  html: string;
}

/** Every public page in every language. */
export function renderPages(guides: Guide[]): Page[] {
  return (Object.keys(LANGUAGES) as Language[]).flatMap((language) => {
    const words = LANGUAGES[language];
    const page = (path: string, title: string, content: ReactElement): Page => ({
      file: `${language}${path}.html`,
      html: `<!doctype html>${renderToStaticMarkup(
        <Layout language={language} path={path} title={title}>
          {content}
        </Layout>,
      )}`,
    });
    return [
      page("/welcome", words.title, <Landing words={words} />),
      page("/pricing", words.pricing, <Pricing words={words} />),
      page("/docs", words.docs, <Docs words={words} language={language} guides={guides} open={null} />),
      ...guides.map((guide) => page(`/docs/${guide.name}`, headingOf(guide), <Docs words={words} language={language} guides={guides} open={guide} />)),
    ];
  });
}
