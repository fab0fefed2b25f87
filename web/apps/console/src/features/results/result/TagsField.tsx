import { useTranslator } from "@openclaw/i18n";
import { Icon, IconButton, TextField } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import "./TagsField.css";

const MOST = 30;

/** Tags: each a way to all that has it, taken away by its cross; a new one by Enter. */
export function TagsField({ tags, onChange }: { tags: readonly string[]; onChange: (tags: string[]) => void }) {
  const t = useTranslator();
  const [typed, setTyped] = useState("");
  const add = () => {
    const tag = typed.trim().replace(/^#/, "");
    if (tag && !tags.includes(tag)) onChange([...tags, tag]);
    setTyped("");
  };
  return (
    <div className="TagsField">
      {tags.length > 0 && (
        <ul className="TagsField-tags" aria-label={t("results.tags")}>
          {tags.map((tag) => (
            <li key={tag} className="TagsField-tag" data-testid="tag">
              <Link to="/results" search={{ tag }} className="TagsField-link">
                #{tag}
              </Link>
              <button type="button" className="TagsField-drop" aria-label={t("results.dropTag", { tag })} onClick={() => onChange(tags.filter((other) => other !== tag))}>
                <Icon name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {tags.length < MOST && (
        <form
          className="TagsField-form"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField label={t("results.addTag")} isLabelHidden placeholder={t("results.addTag")} value={typed} onChange={setTyped} maxLength={50} />
          <IconButton icon="plus" type="submit" label={t("results.addTag")} hasTooltip={false} isDisabled={!typed.trim()} />
        </form>
      )}
    </div>
  );
}
