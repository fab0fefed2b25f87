import type { LinkChallenge } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, Dot } from "@openclaw/ui";
import { useEffect, type ReactNode } from "react";

import { useLocal, useServices } from "../../../shared/services.tsx";
import { useWorkspaces } from "../../workspaces/index.ts";
import { localStep } from "../local.ts";
import { useLocalWords } from "../useLocalWords.ts";

/** The machine the person sits at: found or not, and the one click that links it. */
export function ThisMachine({ challenge }: { challenge: LinkChallenge }) {
  const t = useTranslator();
  const { local } = useServices();
  const view = useLocal();
  useEffect(() => local.resetLink(), [local, challenge]);
  return (
    <section>
      <h3 className="LinkDialog-heading">{t("link.thisMachine")}</h3>
      <div className="LinkDialog-local" data-step={localStep(view)} data-testid="local-bridge" aria-live="polite">
        <Content link={() => local.link(challenge)} />
      </div>
    </section>
  );
}

function Content({ link }: { link: () => void }) {
  const t = useTranslator();
  const { local } = useServices();
  const view = useLocal();
  const words = useLocalWords(view);
  const { current } = useWorkspaces();
  const workspace = current.kind === "personal" ? t("workspaces.yourPersonal") : current.name;
  const again = (
    <Button size="s" icon="refresh" onPress={local.retry} data-testid="look-again">
      {t("link.lookAgain")}
    </Button>
  );
  switch (localStep(view)) {
    case "looking":
      return <State dot="busy" title={t("local.looking.title")} />;
    case "ask":
      return (
        <>
          <Button icon="search" onPress={local.retry} data-testid="look-here">
            {t("local.look")}
          </Button>
          <p className="LinkDialog-note">{words.text}</p>
        </>
      );
    case "free":
      return (
        <>
          <State dot="live" title={words.title}>
            {t("link.presentText", { workspace })}
          </State>
          <Button tone="primary" icon="link" onPress={link} data-testid="link-this-machine">
            {t("link.linkThis")}
          </Button>
        </>
      );
    case "linking":
      return <State dot="busy" title={t("link.linking")} />;
    case "failed": {
      const failed = view.link.step === "failed" ? view.link : null;
      const reason = failed?.reason === "refused" ? (t.code(failed.code) ?? failed.message ?? t("link.refused")) : t("link.unreachable");
      return (
        <>
          <State dot="danger" title={t("link.failedTitle")}>
            {t("link.failedText", { reason })}
          </State>
          <Button size="s" icon="refresh" onPress={link}>
            {t("app.retry")}
          </Button>
        </>
      );
    }
    case "reading":
    case "linked":
    case "live":
    case "degraded":
      return <State dot="live" title={t("link.alreadyTitle")}>{t("link.alreadyText", { name: words.name })}</State>;
    default:
      return (
        <>
          <State dot={words.dot} title={words.title}>
            {words.text}
          </State>
          {again}
        </>
      );
  }
}

function State({ dot, title, children }: { dot: "live" | "off" | "busy" | "attention" | "danger"; title: string; children?: ReactNode }) {
  return (
    <div className="LinkDialog-state">
      <Dot state={dot} />
      <div>
        <p className="LinkDialog-stateTitle">{title}</p>
        {children && <p className="LinkDialog-note">{children}</p>}
      </div>
    </div>
  );
}
