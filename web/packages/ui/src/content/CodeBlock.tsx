import { useEffect, useMemo, useState, type ReactNode } from "react";

import { CopyButton, type CopyLabels } from "../actions/CopyButton.tsx";
import { classes } from "../classes.ts";
import { HIGHLIGHT_LIMIT, loadedHighlighter, loadHighlighter, type Highlighter } from "./highlight.ts";

import "./CodeBlock.css";

export interface CodeBlockProps {
  code: string;
  language?: string | null;
  /** Shown instead of the language, such as a path. */
  caption?: string;
  labels: CopyLabels;
  isWrapped?: boolean;
  /** Taller content scrolls inside. */
  isBounded?: boolean;
}

export function CodeBlock({ code, language, caption, labels, isWrapped, isBounded }: CodeBlockProps) {
  const html = useHighlighted(code, language ?? null);
  const name = caption ?? language ?? "";
  const body = { className: classes("CodeBlock-code", isWrapped && "CodeBlock-code--wrapped") };
  return (
    <figure className={classes("CodeBlock", !name && "CodeBlock--bare")}>
      <figcaption className="CodeBlock-caption">
        <span className="CodeBlock-name">{name}</span>
        <CopyButton text={code} labels={labels} isIconOnly />
      </figcaption>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre className={classes("CodeBlock-scroll", isBounded && "CodeBlock-scroll--bounded")} tabIndex={0} aria-label={name || undefined} role="group">
        {html === null ? <code {...body}>{isWrapped ? withWholeOptions(code) : code}</code> : <code {...body} dangerouslySetInnerHTML={{ __html: html }} />}
      </pre>
    </figure>
  );
}

function useHighlighted(code: string, language: string | null): string | null {
  const isWanted = language !== null && code.length <= HIGHLIGHT_LIMIT;
  const [highlight, setHighlight] = useState<Highlighter | null>(loadedHighlighter);
  useEffect(() => {
    if (!isWanted || highlight) return;
    let isCurrent = true;
    void loadHighlighter().then((loaded) => {
      if (isCurrent) setHighlight(() => loaded);
    });
    return () => {
      isCurrent = false;
    };
  }, [isWanted, highlight]);
  // In the render itself once loaded: code that streams in must not flash between plain and coloured.
  return useMemo(() => (isWanted && highlight ? highlight(code, language) : null), [isWanted, highlight, code, language]);
}

/** A line may end before an option of a command, not within its dashes. */
function withWholeOptions(code: string): ReactNode[] {
  return code.split(/((?<=\s)--[\w-]+)/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className="CodeBlock-option">
        {part}
      </span>
    ),
  );
}
