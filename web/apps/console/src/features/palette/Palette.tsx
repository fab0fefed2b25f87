import { useTranslator } from "@openclaw/i18n";
import { Finder } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { addressOf } from "../../shared/addresses.tsx";
import { keepRecent, readRecent, recentKey } from "../../shared/recent.ts";
import { useSettled } from "../../shared/useSettled.ts";
import { useWorkspaces } from "../workspaces/index.ts";
import { distinct, found, recentEntries, type Entry, type EntryGroup } from "./model.ts";
import { useSearch } from "./useSearch.ts";

const TYPING_MS = 150;
const RECENT_SHOWN = 5;
const COMMANDS_SHOWN = 12;

export interface PaletteProps {
  /** The pages that the navigation leads to. */
  pages: readonly Entry[];
  /** What can be begun. */
  starts: readonly Entry[];
  onClose: () => void;
}

/** Goes anywhere by name: pages, beginnings, and the things of the workspace. Mounted while it is open. */
export function Palette({ pages, starts, onClose }: PaletteProps) {
  const t = useTranslator();
  const navigate = useNavigate();
  const { current, userId } = useWorkspaces();
  const key = recentKey(userId, current.id);
  const [recent] = useState(() => recentEntries(readRecent(window.localStorage, key), addressOf));
  const [text, setText] = useState("");
  const words = text.trim();
  const searched = useSearch(useSettled(words, TYPING_MS));

  const group = (id: string, label: string, items: readonly Entry[]): EntryGroup => ({ id, label, items });
  // What was found for the text before stays until there is an answer: the list does not flicker while one types.
  const things = words === "" ? [] : searched.groups.map(({ id, label, items }) => group(id, t(label), items));
  const groups = distinct([
    group("recent", t("palette.recent"), found(recent, words, RECENT_SHOWN)),
    group("starts", t("palette.starts"), found(starts, words, COMMANDS_SHOWN)),
    group("pages", t("palette.pages"), found(pages, words, COMMANDS_SHOWN)),
    ...things,
  ]);
  const count = groups.reduce((sum, { items }) => sum + items.length, 0);
  const entries = groups.flatMap(({ items }) => items);
  const choose = (id: string) => {
    const chosen = entries.find((one) => one.id === id);
    if (!chosen) return;
    const thing = chosen.id.replace(/^recent:/, "");
    if (addressOf(thing) !== null) keepRecent(window.localStorage, key, { id: thing, label: chosen.label });
    onClose();
    // An address with what it is to do at its end.
    void navigate({ href: chosen.address });
  };
  return (
    <Finder
      isOpen
      onClose={onClose}
      label={t("palette.title")}
      placeholder={t("palette.placeholder")}
      text={text}
      onText={setText}
      groups={groups}
      onChoose={({ id }) => choose(id)}
      noneText={t(searched.isBusy ? "palette.looking" : searched.hasFailed ? "palette.failed" : "palette.none")}
      status={searched.isBusy ? t("palette.looking") : [t.count("palette.found", count), ...(searched.hasFailed ? [t("palette.failed")] : [])].join(". ")}
      isBusy={searched.isBusy}
      hint={t(searched.hasFailed ? "palette.failed" : "palette.hint")}
    />
  );
}
