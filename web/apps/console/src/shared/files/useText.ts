import { useEffect, useState } from "react";

/** The first so many bytes of a body as text; null until they are read. */
export function useText(body: Blob, most: number): string | null {
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let isCurrent = true;
    void body.slice(0, most).text().then((read) => {
      if (isCurrent) setText(read);
    });
    return () => {
      isCurrent = false;
    };
  }, [body, most]);
  return text;
}
