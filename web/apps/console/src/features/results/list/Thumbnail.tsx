import type { Result } from "@openclaw/api";
import { Icon } from "@openclaw/ui";

import { useThumbnail } from "../queries.ts";
import { KIND_ICONS } from "../words.ts";

import "./Thumbnail.css";

/** A result at a glance: its small picture, the beginning of its text, or a mark of its kind. It says nothing by itself. */
export function Thumbnail({ result, isSmall }: { result: Result; isSmall?: boolean }) {
  const url = useThumbnail(result);
  return (
    <div className="Thumbnail" data-small={isSmall || undefined} aria-hidden="true">
      {url ? (
        <img className="Thumbnail-picture" src={url} alt="" data-testid="thumbnail" />
      ) : result.excerpt && !isSmall ? (
        <p className="Thumbnail-text">{result.excerpt}</p>
      ) : (
        <Icon name={KIND_ICONS[result.kind]} size={isSmall ? 18 : 32} />
      )}
    </div>
  );
}
