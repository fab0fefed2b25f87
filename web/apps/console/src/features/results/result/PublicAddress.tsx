import { useTranslator } from "@openclaw/i18n";
import { CopyButton } from "@openclaw/ui";

import { useLabels } from "../../../shared/useLabels.ts";

import "./PublicAddress.css";

/** Where the public sees it: to be opened, and to be copied. */
export function PublicAddress({ url }: { url: string }) {
  const t = useTranslator();
  const labels = useLabels();
  return (
    <p className="PublicAddress">
      <a href={url} target="_blank" rel="noopener noreferrer" className="PublicAddress-link" data-testid="public-url">
        {url}
        <span className="visually-hidden"> {t("results.opensAlone")}</span>
      </a>
      <CopyButton text={url} labels={labels} isIconOnly />
    </p>
  );
}
