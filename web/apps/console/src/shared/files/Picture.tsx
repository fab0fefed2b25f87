import { useTranslator } from "@openclaw/i18n";
import { useEffect, useState } from "react";

import "./Picture.css";

/**
 * A picture in an `img`, where nothing in it runs or is fetched. Its address is forgotten once it is drawn: opened as a
 * page of its own, which a picture's menu offers, it would be one of this origin.
 */
export function Picture({ name, type, body }: { name: string; type: string; body: Blob }) {
  const t = useTranslator();
  const [url, setUrl] = useState<string | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([body], { type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [body, type]);
  if (isBroken) return <p className="Picture-broken">{t("files.brokenPicture")}</p>;
  if (url === null) return null;
  return <img className="Picture" src={url} alt={name} data-testid="run-picture" onLoad={() => URL.revokeObjectURL(url)} onError={() => setBroken(true)} />;
}
