import { useTranslator } from "@openclaw/i18n";
import { Drawer, IconButton } from "@openclaw/ui";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { NotificationBell } from "../../features/notifications/index.ts";
import { PaletteButton, usePalette } from "../../features/palette/index.ts";
import { HeaderSlotContext } from "../../shared/HeaderSlot.tsx";
import { useServices } from "../../shared/services.tsx";
import { useMediaQuery } from "../../shared/useMediaQuery.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { ShellNavigation } from "./ShellNavigation.tsx";
import { usePages } from "./usePages.ts";

import "./Shell.css";

/** The frame of every page behind the sign-in: navigation, connection state, and the page itself. */
export function Shell() {
  const t = useTranslator();
  const { gateway, local } = useServices();
  const isNarrow = useMediaQuery("(max-width: 52rem)");
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const { openPalette, palette } = usePalette(usePages());
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });

  useEffect(() => {
    gateway.start();
    return () => gateway.stop();
  }, [gateway]);

  useEffect(() => {
    local.start();
    return () => local.stop();
  }, [local]);

  useEffect(() => setDrawerOpen(false), [path]);

  return (
    <div className="Shell">
      <a className="Shell-skip" href="#content">
        {t("app.skipToContent")}
      </a>
      {isNarrow ? (
        <>
          <header className="Shell-bar">
            <IconButton icon="menu" label={t("app.openNavigation")} hasTooltip={false} onPress={() => setDrawerOpen(true)} />
            <div className="Shell-slot" ref={setSlot} />
            <PaletteButton onPress={openPalette} />
            <NotificationBell />
          </header>
          <Drawer isOpen={isDrawerOpen} onClose={() => setDrawerOpen(false)} label={t("app.navigation")}>
            <ShellNavigation
              onLeave={() => setDrawerOpen(false)}
              onFind={() => {
                setDrawerOpen(false);
                openPalette();
              }}
            />
          </Drawer>
        </>
      ) : (
        <aside className="Shell-side">
          <ShellNavigation onFind={openPalette} />
        </aside>
      )}
      <main className="Shell-main" id="content" tabIndex={-1}>
        <ConnectionBanner />
        <div className="Shell-page">
          <HeaderSlotContext value={isNarrow ? slot : null}>
            <Outlet />
          </HeaderSlotContext>
        </div>
      </main>
      {palette}
    </div>
  );
}
