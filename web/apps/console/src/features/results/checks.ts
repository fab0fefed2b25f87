import type { PublishCheck } from "@openclaw/api";
import type { Translator } from "@openclaw/i18n";

/** What the pipeline says of a page that is not to be published, by what can be read from it. */
const SAID: readonly [RegExp, Parameters<Translator>[0]][] = [
  [/^There is no index\.html\.$/, "results.problem.noIndex"],
  [/^(?<path>.+) is no page\.$/, "results.problem.noPage"],
  [/^(?<count>\d+) files; at most (?<most>\d+) are published\.$/, "results.problem.tooMany"],
  [/^(?<count>\d+) bytes; at most (?<most>\d+) are published\.$/, "results.problem.tooLarge"],
  [/^(?<path>.+): this file is for its owner only\.$/, "results.problem.ownerOnly"],
  [/^(?<path>.+), line (?<line>\d+): (?<what>.+)\.$/, "results.problem.secret"],
  [/^(?<path>.+?): (?<link>.+) \(starts at the server's root, not the site's\)$/, "results.problem.fromRoot"],
  [/^and (?<count>\d+) more$/, "results.problem.more"],
];

/** A problem that a check found, in the reader's words; what is of no known form stays as it is. */
export function problemWords(t: Translator, name: PublishCheck["name"], problem: string): string {
  for (const [form, key] of SAID) {
    const found = form.exec(problem);
    if (found && (key !== "results.problem.secret" || name === "secrets")) return t(key, found.groups ?? {});
  }
  return problem;
}
