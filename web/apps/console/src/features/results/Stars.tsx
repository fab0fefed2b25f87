import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";

import "./Stars.css";

const ALL = [1, 2, 3, 4, 5];

/** How good a result is; nothing before somebody has said so. */
export function Stars({ rating }: { rating: number }) {
  const t = useTranslator();
  if (rating === 0) return null;
  return (
    <span className="Stars">
      <span className="visually-hidden">{t("results.rated", { rating })}</span>
      {ALL.slice(0, rating).map((star) => (
        <span key={star} className="Stars-star" data-on>
          <Icon name="star" size={12} />
        </span>
      ))}
    </span>
  );
}

/** Says how good a result is; the same star again takes it back. */
export function StarsField({ rating, onChange }: { rating: number; onChange: (rating: number) => void }) {
  const t = useTranslator();
  return (
    <fieldset className="Stars Stars-field">
      <legend className="visually-hidden">{t("results.rating")}</legend>
      {ALL.map((star) => (
        <label key={star} className="Stars-star" data-on={star <= rating || undefined}>
          <input
            type="radio"
            name="rating"
            className="Stars-input"
            value={star}
            checked={star === rating}
            onChange={() => onChange(star)}
            onClick={() => star === rating && onChange(0)}
          />
          <span className="visually-hidden">{t.count("results.stars", star)}</span>
          <Icon name="star" size={18} />
        </label>
      ))}
    </fieldset>
  );
}
