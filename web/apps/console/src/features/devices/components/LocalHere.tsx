import { useTranslator } from "@openclaw/i18n";
import { Button, CopyButton, Dot } from "@openclaw/ui";

import { useLocal, useServices } from "../../../shared/services.tsx";
import { localStep } from "../local.ts";
import { INSTALL, RUN } from "../linking.ts";
import { useLocalWords } from "../useLocalWords.ts";

import "./LocalHere.css";

/** How the page stands with the machine it is open on, in words, with the next step. `onLink` opens the dialog. */
export function LocalHere({ onLink }: { onLink: () => void }) {
  const t = useTranslator();
  const { local } = useServices();
  const view = useLocal();
  const words = useLocalWords(view);
  const again = (
    <Button size="s" tone="quiet" icon="refresh" isPending={view.isLooking} onPress={local.retry} data-testid="local-again">
      {t("link.lookAgain")}
    </Button>
  );
  return (
    <section className="LocalHere" data-step={localStep(view)} data-testid="local-here" aria-label={t("local.here")}>
      <Dot state={words.dot} />
      <div className="LocalHere-words" role="status">
        <p className="LocalHere-title">{words.title}</p>
        <p className="LocalHere-text">{words.text}</p>
      </div>
      {words.action === "install" && (
        <div className="LocalHere-commands">
          {[INSTALL, RUN].map((command) => (
            <div className="LocalHere-command" key={command}>
              <code>{command}</code>
              <CopyButton text={command} labels={{ copy: t("app.copy"), copied: t("app.copied") }} isIconOnly />
            </div>
          ))}
        </div>
      )}
      <div className="LocalHere-action">
        {words.action === "look" && (
          <Button size="s" icon="search" onPress={local.retry} data-testid="local-look">
            {t("local.look")}
          </Button>
        )}
        {words.action === "link" && (
          <Button tone="primary" icon="link" onPress={onLink} data-testid="local-link">
            {t("link.linkThis")}
          </Button>
        )}
        {(words.action === "again" || words.action === "install") && again}
      </div>
    </section>
  );
}
