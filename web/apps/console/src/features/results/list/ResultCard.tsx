import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { ResultBadges } from "../ResultBadges.tsx";
import { Stars } from "../Stars.tsx";
import { useResultActions } from "../useResultActions.ts";
import { MadeBy } from "./MadeBy.tsx";
import { Thumbnail } from "./Thumbnail.tsx";

import "./ResultCard.css";

/** A result in the grid. */
export function ResultCard({ result }: { result: Result }) {
  const t = useTranslator();
  const { id, title, kind, summary, tags, updatedAt, rating } = result;
  return (
    <li className="ResultCard" data-testid="result" data-status={result.status}>
      <Thumbnail result={result} />
      <div className="ResultCard-body">
        <p className="ResultCard-facts">
          <span>{t(`results.kind.${kind}`)}</span>
          <span>{t.format.relative(updatedAt)}</span>
          <Stars rating={rating} />
        </p>
        <Link to="/results/$resultId" params={{ resultId: id }} className="ResultCard-title">
          {title}
        </Link>
        {summary && <p className="ResultCard-summary">{summary}</p>}
        <div className="ResultCard-badges">
          <ResultBadges result={result} />
          <Tags tags={tags} />
        </div>
        <div className="ResultCard-foot">
          <MadeBy provenance={result.provenance} />
          <Deeds result={result} />
        </div>
      </div>
    </li>
  );
}

const MOST_TAGS = 3;

/** The first tags, each a way to all that has it. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return tags.slice(0, MOST_TAGS).map((tag) => (
    <Link key={tag} to="/results" search={{ tag }} className="ResultCard-tag">
      #{tag}
    </Link>
  ));
}

/** What can be done with it now, as buttons: nobody opens a conversation for it. */
export function Deeds({ result }: { result: Result }) {
  const deeds = useResultActions(result);
  return (
    <div className="ResultCard-deeds">
      {deeds.map(({ id, icon, label, isPending, run }) => (
        <IconButton key={id} icon={icon} label={label} size="s" isPending={isPending} onPress={run} data-testid={`deed-${id}`} />
      ))}
    </div>
  );
}
