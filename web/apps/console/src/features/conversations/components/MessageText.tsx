import { useTranslator } from "@openclaw/i18n";
import { Markdown } from "@openclaw/ui";
import { useDeferredValue, useMemo } from "react";

/** Markdown of a message. Rendered at low priority while it grows, so that typing is never held up. */
export function MessageText({ text, isStreaming = false }: { text: string; isStreaming?: boolean }) {
  const t = useTranslator();
  const deferred = useDeferredValue(text);
  const labels = useMemo(() => ({ copy: t("app.copy"), copied: t("app.copied") }), [t]);
  return <Markdown text={isStreaming ? deferred : text} labels={labels} isStreaming={isStreaming} />;
}
