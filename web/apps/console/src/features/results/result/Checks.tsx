import type { PublishCheck } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon, type IconName } from "@openclaw/ui";

import { problemWords } from "../checks.ts";

import "./Checks.css";

export interface ShownCheck {
  name: PublishCheck["name"];
  /** `ignored`: it found something, which was accepted. */
  state: "passed" | "failed" | "ignored" | "open";
  problems: readonly string[];
}

const ICONS: Record<ShownCheck["state"], IconName> = { passed: "check", failed: "alert", ignored: "minus", open: "clock" };

/** What was looked at before a release was shown. */
export function checksOf(checks: readonly PublishCheck[]): ShownCheck[] {
  return checks.map(({ name, problems, isIgnored }) => ({ name, problems, state: problems.length === 0 ? "passed" : isIgnored ? "ignored" : "failed" }));
}

/** What is looked at before anything is shown to the public, in words, with what is wrong. */
export function Checks({ checks }: { checks: readonly ShownCheck[] }) {
  const t = useTranslator();
  return (
    <ul className="Checks" aria-label={t("results.checks")} data-testid="checks">
      {checks.map(({ name, state, problems }) => (
        <li key={name} className="Checks-check" data-state={state} data-check={name}>
          <Icon name={ICONS[state]} size={14} />
          <div className="Checks-words">
            <p className="Checks-name">
              {t(state === "passed" || state === "open" ? `results.check.${name}` : `results.checkFailed.${name}`)} <span className="visually-hidden">{t(`results.checkState.${state}`)}</span>
            </p>
            {problems.length > 0 && (
              <ul className="Checks-problems">
                {problems.map((problem) => (
                  <li key={problem}>{problemWords(t, name, problem)}</li>
                ))}
              </ul>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
