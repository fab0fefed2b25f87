import { useTranslator } from "@openclaw/i18n";
import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";

import { useAccount } from "../identity/index.ts";
import { isPaletteKey, type Entry } from "./model.ts";
import { startsOf } from "./starts.ts";

const Palette = lazy(() => import("./Palette.tsx").then((module) => ({ default: module.Palette })));

export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

/** The palette, which opens by its keys wherever one is; and for buttons, a way to open it. */
export function usePalette(pages: readonly Entry[]): { openPalette: () => void; palette: ReactNode } {
  const t = useTranslator();
  const { user } = useAccount();
  const [isOpen, setOpen] = useState(false);
  const starts = useMemo(() => startsOf(t, pages), [t, pages]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isPaletteKey(event, IS_APPLE)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    // Before any field that has a meaning of its own for these keys.
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
  return {
    openPalette: () => setOpen(true),
    palette: isOpen && (
      <Suspense fallback={null}>
        <Palette key={user.id} pages={pages} starts={starts} onClose={() => setOpen(false)} />
      </Suspense>
    ),
  };
}
