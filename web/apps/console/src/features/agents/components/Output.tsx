import { useTranslator } from "@openclaw/i18n";
import type { OutputChunk } from "@openclaw/realtime";
import { CopyButton } from "@openclaw/ui";
import { useLayoutEffect, useRef } from "react";

import { useCodeLabels } from "./useLabels.ts";

import "./Output.css";

export interface OutputProps {
  chunks: readonly OutputChunk[];
  isLive?: boolean;
  isTruncated?: boolean;
}

/** What a command printed. While it runs the end stays in view, unless the reader has scrolled away. */
export function Output({ chunks, isLive = false, isTruncated = false }: OutputProps) {
  const t = useTranslator();
  const labels = useCodeLabels();
  const box = useRef<HTMLPreElement>(null);
  const isPinned = useRef(true);
  const all = chunks.map((chunk) => chunk.text).join("");

  useLayoutEffect(() => {
    if (isLive && isPinned.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [all, isLive]);

  return (
    <figure className="Output" data-testid="output">
      <figcaption className="Output-caption">
        {t("tool.output")}
        {all !== "" && <CopyButton text={all} labels={labels} isIconOnly />}
      </figcaption>
      {isTruncated && <p className="Output-note">{t("tool.truncated")}</p>}
      {all === "" ? (
        <p className="Output-note">{t("tool.noOutput")}</p>
      ) : (
        // Focusable, so that the keyboard can scroll it.
        <pre
          ref={box}
          className="Output-text"
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          role="group"
          aria-label={t("tool.output")}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isPinned.current = scrollHeight - scrollTop - clientHeight < 24;
          }}
        >
          {chunks.map((chunk, index) =>
            chunk.text === "" ? null : (
              <span key={index} className={chunk.stream === "stderr" ? "Output-stderr" : undefined}>
                {chunk.text}
              </span>
            ),
          )}
        </pre>
      )}
    </figure>
  );
}
