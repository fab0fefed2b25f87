import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Rows, Section, Skeleton } from "@openclaw/ui";
import { useState, type ReactNode } from "react";

const AT_FIRST = 6;

export interface VersionListProps<Version> {
  title: string;
  text: string;
  versions: { data: readonly Version[] | undefined; error: Error | null; isPending: boolean };
  row: (version: Version) => ReactNode;
}

/** The saved versions of a thing, the newest of them first and the rest when they are asked for. */
export function VersionList<Version>({ title, text, versions: { data = [], error, isPending }, row }: VersionListProps<Version>) {
  const t = useTranslator();
  const [isWhole, setWhole] = useState(false);
  return (
    <Section title={title} description={text}>
      {error && <Banner tone="danger">{t.error(error)}</Banner>}
      {isPending && <Skeleton label={t("app.loading")} isBlock />}
      {data.length > 0 && <Rows label={title}>{data.slice(0, isWhole ? undefined : AT_FIRST).map(row)}</Rows>}
      {!isWhole && data.length > AT_FIRST && (
        <div>
          <Button size="s" onPress={() => setWhole(true)}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Section>
  );
}
