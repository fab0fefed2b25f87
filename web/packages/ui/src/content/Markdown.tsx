import { memo, useMemo, useRef, type ComponentProps } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";

import type { CopyLabels } from "../actions/CopyButton.tsx";
import { splitBlocks } from "./blocks.ts";
import { CodeBlock } from "./CodeBlock.tsx";

import "./Markdown.css";

export interface MarkdownProps {
  text: string;
  labels: CopyLabels;
  /** Still growing: shows where the next words will come. */
  isStreaming?: boolean;
}

/** Markdown as React elements. Raw HTML in the text is shown as text; links leave in a new tab. */
export function Markdown({ text, labels, isStreaming = false }: MarkdownProps) {
  const earlier = useRef<string[]>([]);
  const blocks = useMemo(() => (earlier.current = splitBlocks(text, earlier.current)), [text]);
  return (
    <div className="Markdown" data-streaming={isStreaming || undefined}>
      {blocks.map((block, index) => (
        <Block key={index} text={block} labels={labels} />
      ))}
    </div>
  );
}

const PLUGINS = [remarkGfm];

const Block = memo(function Block({ text, labels }: { text: string; labels: CopyLabels }) {
  const components = useMemo(() => componentsWith(labels), [labels]);
  return (
    <ReactMarkdown remarkPlugins={PLUGINS} components={components}>
      {text}
    </ReactMarkdown>
  );
});

function componentsWith(labels: CopyLabels): Components {
  return {
    pre: ({ children }) => <>{children}</>,
    code: ({ className, children, node }) => {
      const isBlock = node?.position && node.position.start.line !== node.position.end.line;
      const language = /language-(\S+)/.exec(className ?? "")?.[1] ?? null;
      if (!isBlock && !language) return <code className="Markdown-code">{children}</code>;
      return <CodeBlock code={String(children).replace(/\n$/, "")} language={language} labels={labels} />;
    },
    a: ({ children, href }) => (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ),
    // A model's picture address could carry what it read to a stranger's server; it stays a link to click.
    img: ({ alt, src }: ComponentProps<"img">) =>
      typeof src === "string" ? (
        <a href={src} target="_blank" rel="noreferrer noopener">
          {alt || src}
        </a>
      ) : (
        <>{alt}</>
      ),
    table: ({ children }) => (
      <div className="Markdown-table">
        <table>{children}</table>
      </div>
    ),
  };
}
