import { useTranslator } from "@openclaw/i18n";
import { Button, Dot } from "@openclaw/ui";
import type { ReactNode } from "react";

import { useWorkspaces } from "../../workspaces/index.ts";
import type { LocalBridge } from "../linking.ts";
import { useDevices } from "../queries.ts";

/** The machine the person sits at: found or not, and the one click that links it. */
export function ThisMachine({ bridge, look, link }: { bridge: LocalBridge; look: () => void; link: () => void }) {
  const t = useTranslator();
  return (
    <section>
      <h3 className="LinkDialog-heading">{t("link.thisMachine")}</h3>
      <div className="LinkDialog-local" data-step={bridge.step} data-testid="local-bridge" aria-live="polite">
        <Content bridge={bridge} look={look} link={link} />
      </div>
    </section>
  );
}

function Content({ bridge, look, link }: { bridge: LocalBridge; look: () => void; link: () => void }) {
  const t = useTranslator();
  const { current } = useWorkspaces();
  const workspace = current.kind === "personal" ? t("workspaces.yourPersonal") : current.name;
  const again = (
    <Button size="s" icon="refresh" onPress={look} data-testid="look-again">
      {t("link.lookAgain")}
    </Button>
  );
  switch (bridge.step) {
    case "unasked":
      return (
        <>
          <Button icon="search" onPress={look} data-testid="look-here">
            {t("link.find")}
          </Button>
          <p className="LinkDialog-note">{t("link.findNote")}</p>
        </>
      );
    case "probing":
      return <State dot="busy" title={t("link.probing")} />;
    case "absent":
      return (
        <>
          <State dot="off" title={t("link.absentTitle")}>
            {t("link.absentText")}
          </State>
          {again}
        </>
      );
    case "permission":
      return (
        <>
          <State dot="attention" title={t("link.permissionTitle")}>
            {t("link.permissionText")}
          </State>
          {again}
        </>
      );
    case "present":
      return <Present bridge={bridge} link={link} workspace={workspace} />;
    case "linking":
      return <State dot="busy" title={t("link.linking")} />;
    case "failed": {
      const reason =
        bridge.reason === "unreachable" ? t("link.unreachable") : (t.code(bridge.code) ?? bridge.message ?? t("link.refused"));
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
  }
}

function Present({ bridge, link, workspace }: { bridge: Extract<LocalBridge, { step: "present" }>; link: () => void; workspace: string }) {
  const t = useTranslator();
  const { data } = useDevices();
  const { health } = bridge;
  const known = health.linked ? data?.find(({ id, nodeId }) => id === health.deviceId || nodeId === health.nodeId) : undefined;
  if (known) {
    return (
      <State dot="live" title={t("link.alreadyTitle")}>
        {t("link.alreadyText", { name: known.name })}
      </State>
    );
  }
  if (health.linked) {
    return (
      <State dot="attention" title={t("link.elsewhereTitle")}>
        {t("link.againText")}
      </State>
    );
  }
  return (
    <>
      <State dot="live" title={t("link.presentTitle")}>
        {t("link.presentText", { workspace })}
      </State>
      <Button tone="primary" icon="link" onPress={link} data-testid="link-this-machine">
        {t("link.linkThis")}
      </Button>
    </>
  );
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
