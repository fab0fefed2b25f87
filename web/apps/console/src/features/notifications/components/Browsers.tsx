import type { PushBrowser } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Icon, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";

import { PushRefusedError, pushState } from "../push.ts";
import { useBrowsers, useTest, useTurnOff, useTurnOn } from "../queries.ts";

/** The browsers that show notifications while the console is closed. This one is asked after a press only. */
export function Browsers({ pushKey }: { pushKey: string }) {
  const t = useTranslator();
  const toast = useToast();
  const browsers = useBrowsers();
  const turnOn = useTurnOn(pushKey);
  const test = useTest();
  const items = browsers.data?.items ?? [];
  const state = pushState();
  const isOn = items.some(({ current }) => current);
  const refused = turnOn.error instanceof PushRefusedError ? turnOn.error.reason : null;
  return (
    <Section
      title={t("reach.browsersTitle")}
      description={t("reach.browsersText")}
      action={
        <Button
          icon="send"
          isPending={test.isPending}
          onPress={() =>
            test.mutate(undefined, {
              onSuccess: () => toast({ text: t("reach.tested") }),
              onError: (error) => toast({ text: t.error(error), tone: "danger" }),
            })
          }
          data-testid="send-test"
        >
          {t("reach.test")}
        </Button>
      }
    >
      {browsers.error && <Banner tone="danger">{t.error(browsers.error)}</Banner>}
      {browsers.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {state === "unsupported" && <Banner tone="neutral">{t("reach.unsupported")}</Banner>}
      {(state === "blocked" || refused === "blocked") && (
        <Banner tone="attention" role="alert">
          {t("reach.blocked")}
        </Banner>
      )}
      {turnOn.error && refused !== "blocked" && (
        <Banner tone="danger" role="alert">
          {refused === "failed" ? t("reach.failed") : t.error(turnOn.error)}
        </Banner>
      )}
      {browsers.data && items.length === 0 && state !== "possible" && <EmptyState title={t("reach.noBrowsers")} />}
      {items.length > 0 && (
        <Rows label={t("reach.browsersTitle")}>
          {items.map((browser) => (
            <BrowserRow key={browser.id} browser={browser} />
          ))}
        </Rows>
      )}
      {browsers.data && !isOn && state === "possible" && (
        <div>
          <Button
            tone="primary"
            icon="bell"
            isPending={turnOn.isPending}
            onPress={() => turnOn.mutate(undefined, { onSuccess: () => toast({ text: t("reach.turnedOn") }) })}
            data-testid="turn-on-push"
          >
            {t("reach.turnOn")}
          </Button>
        </div>
      )}
    </Section>
  );
}

function BrowserRow({ browser }: { browser: PushBrowser }) {
  const t = useTranslator();
  const toast = useToast();
  const turnOff = useTurnOff();
  return (
    <Row
      data-testid="push-browser"
      leading={<Icon name="laptop" />}
      title={browser.name}
      badges={browser.current && <Badge tone="accent">{t("reach.current")}</Badge>}
      detail={browser.usedAt ? t("reach.used", { when: t.format.relative(browser.usedAt) }) : t("reach.unused")}
      actions={
        <Button
          size="s"
          tone="danger"
          isPending={turnOff.isPending}
          onPress={() => turnOff.mutate(browser, { onError: (error) => toast({ text: t.error(error), tone: "danger" }) })}
        >
          {t("reach.remove")}
        </Button>
      }
    />
  );
}
