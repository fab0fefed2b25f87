import type { LinkChallenge } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { CopyButton, Dot } from "@openclaw/ui";

import { INSTALL, RUN, spacedCode } from "../linking.ts";

const FULL_TRIES = 5;

/** The commands and the code that link any machine. */
export function LinkByCode({ challenge, msLeft, triesLeft }: { challenge: LinkChallenge; msLeft: number; triesLeft: number | null }) {
  const t = useTranslator();
  return (
    <section>
      <h3 className="LinkDialog-heading">{t("link.otherMachine")}</h3>
      <p className="LinkDialog-code">
        <span className="LinkDialog-digits" data-testid="link-code" data-code={challenge.code} aria-label={`${t("link.codeLabel")}: ${[...challenge.code].join(" ")}`}>
          {spacedCode(challenge.code)}
        </span>
        <span className="LinkDialog-left">{t("link.codeNote", { time: t.format.countdown(msLeft) })}</span>
      </p>
      <ol className="LinkDialog-steps">
        <Step title={t("link.stepInstall")} command={INSTALL} />
        <Step title={t("link.stepLink")} command={challenge.command} note={t("link.stepLinkNote")} />
        <Step title={t("link.stepRun")} command={RUN} />
      </ol>
      <p className="LinkDialog-waiting" role="status">
        <Dot state="busy" />
        {triesLeft !== null && triesLeft < FULL_TRIES ? t.count("link.triesLeft", triesLeft) : t("link.waiting")}
      </p>
    </section>
  );
}

function Step({ title, command, note }: { title: string; command: string; note?: string }) {
  const t = useTranslator();
  return (
    <li className="LinkDialog-step">
      <p className="LinkDialog-stepTitle">{title}</p>
      <div className="LinkDialog-command">
        <code>{command}</code>
        <CopyButton text={command} labels={{ copy: t("app.copy"), copied: t("app.copied") }} isIconOnly />
      </div>
      {note && <p className="LinkDialog-note">{note}</p>}
    </li>
  );
}
