import { useTranslator } from "@openclaw/i18n";
import { useEffect, useMemo, useState, type ReactNode } from "react";

import { useWorkspaces } from "../workspaces/index.ts";
import { isPaletteKey, type Entry } from "./model.ts";
import { Palette } from "./Palette.tsx";
import { startsOf } from "./starts.ts";

export const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

/** The palette, which opens by its keys wherever one is; and for buttons, a way to open it. */
export function usePalette(pages: readonly Entry[]): { openPalette: () => void; palette: ReactNode } {
  const t = useTranslator();
  const [isOpen, setOpen] = useState(false);
  const { role } = useWorkspaces().current;
  const isAdmin = role === "owner" || role === "admin";
  const starts = useMemo(() => startsOf(t, { isAdmin }), [t, isAdmin]);
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
    // A part of the page that is there at once: what is typed right after the keys must not go elsewhere.
    palette: isOpen && <Palette pages={pages} starts={starts} onClose={() => setOpen(false)} />,
  };
}
