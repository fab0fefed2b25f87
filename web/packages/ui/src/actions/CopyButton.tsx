import { useEffect, useState } from "react";

import { Button, IconButton } from "./Button.tsx";

export interface CopyLabels {
  copy: string;
  copied: string;
}

/** Copies `text`, and says so for a moment. */
export function CopyButton({ text, labels, isIconOnly }: { text: string; labels: CopyLabels; isIconOnly?: boolean }) {
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return;
    const timer = window.setTimeout(() => setCopied(false), 1600);
    return () => window.clearTimeout(timer);
  }, [isCopied]);

  const copy = () => void copyText(text).then(setCopied);
  const label = isCopied ? labels.copied : labels.copy;
  const icon = isCopied ? "check" : "copy";
  return (
    <>
      {isIconOnly ? (
        <IconButton icon={icon} label={label} size="s" onPress={copy} />
      ) : (
        <Button icon={icon} size="s" tone="quiet" onPress={copy}>
          {label}
        </Button>
      )}
      <span className="visually-hidden" role="status">
        {isCopied ? labels.copied : ""}
      </span>
    </>
  );
}

/** Resolves false when the browser refuses; a page on plain http has no clipboard API and needs the old way. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}
