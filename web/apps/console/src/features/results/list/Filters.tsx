import type { ResultCounts, ResultKind } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon, Segmented, Select } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { SearchField } from "../../../shared/SearchField.tsx";
import { useSystemName } from "../../../shared/useSystem.ts";
import { useDevices } from "../../devices/index.ts";
import { ABILITIES, KINDS, MAKERS, type Ability, type Maker, type Search } from "../model.ts";

import "./Filters.css";

const ANY = "any";

/** What narrows the list, all of it in the address: words, kind, what one can do with it, order, and what made it. */
export function Filters({ search, counts }: { search: Search; counts: ResultCounts | null }) {
  const t = useTranslator();
  const navigate = useNavigate({ from: "/results" });
  const go = (change: { [Name in keyof Search]?: Search[Name] | undefined }) =>
    void navigate({ to: "/results", search: (before) => Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value)) as Search, replace: true });
  const kinds = KINDS.filter((kind) => (counts?.kinds[kind] ?? 0) > 0 || search.kind === kind);
  return (
    <div className="Filters">
      <div className="Filters-row">
        <div className="Filters-words">
          <SearchField label={t("results.search")} value={search.q ?? ""} onChange={(q) => go({ q })} />
        </div>
        <Select<ResultKind | typeof ANY>
          label={t("results.kind")}
          isLabelHidden
          value={search.kind ?? ANY}
          options={[{ value: ANY, label: t("results.anyKind") }, ...kinds.map((kind) => ({ value: kind, label: t(`results.kind.${kind}`) }))]}
          onChange={(kind) => go({ kind: kind === ANY ? undefined : kind })}
          data-testid="filter-kind"
        />
        <Select<Ability | typeof ANY>
          label={t("results.can")}
          isLabelHidden
          value={search.can ?? ANY}
          options={[{ value: ANY, label: t("results.canAny") }, ...ABILITIES.map((can) => ({ value: can, label: t(`results.can.${can}`) }))]}
          onChange={(can) => go({ can: can === ANY ? undefined : can })}
          data-testid="filter-can"
        />
        <Segmented
          label={t("results.sort")}
          isLabelHidden
          value={search.sort ?? "newest"}
          options={[
            { value: "newest", label: t("results.newest") },
            { value: "best", label: t("results.best") },
          ]}
          onChange={(sort) => go({ sort: sort === "best" ? sort : undefined })}
        />
        <Segmented
          label={t("results.view")}
          isLabelHidden
          value={search.view ?? "grid"}
          options={[
            { value: "grid", label: t("results.grid") },
            { value: "list", label: t("results.list") },
          ]}
          onChange={(view) => go({ view: view === "list" ? view : undefined })}
        />
      </div>
      <Chosen search={search} drop={(name) => go({ [name]: undefined })} />
    </div>
  );
}

/** A tag and what made it, which one comes to by links: shown so that one gets away from them again. */
function Chosen({ search, drop }: { search: Search; drop: (name: keyof Search) => void }) {
  const t = useTranslator();
  const devices = useDevices();
  const system = useSystemName(search.system ?? null);
  const nameOf = (maker: Maker, id: string) => {
    if (maker === "system") return system ?? id;
    return maker === "device" ? (devices.data?.find((device) => device.id === id)?.name ?? id) : shortId(id);
  };
  const makers = (Object.keys(MAKERS) as Maker[]).filter((maker) => search[maker] !== undefined);
  const chosen = [
    ...(search.tag ? [{ name: "tag" as const, text: `#${search.tag}` }] : []),
    ...makers.map((maker) => ({ name: maker, text: t(`results.madeBy.${maker}`, { name: nameOf(maker, search[maker] ?? "") }) })),
  ];
  if (chosen.length === 0) return null;
  return (
    <ul className="Filters-chosen" aria-label={t("results.chosen")}>
      {chosen.map(({ name, text }) => (
        <li key={name}>
          <button type="button" className="Filters-chip" onClick={() => drop(name)} data-testid={`chosen-${name}`}>
            <span className="visually-hidden">{t("results.dropFilter")}</span>
            <span className="Filters-chipText">{text}</span>
            <Icon name="close" size={12} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Ids are long and all alike but for their ends. */
function shortId(id: string): string {
  return id.length > 16 ? `…${id.slice(-8)}` : id;
}
