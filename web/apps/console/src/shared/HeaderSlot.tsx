import { createContext, useContext, type ReactNode } from "react";
import { createPortal } from "react-dom";

/** The place in the shell's bar where a page shows its header on narrow screens; null where there is no bar. */
export const HeaderSlotContext = createContext<HTMLElement | null>(null);

/** Shows `children` in the shell's bar on narrow screens, else in place. */
export function HeaderSlot({ children }: { children: ReactNode }) {
  const slot = useContext(HeaderSlotContext);
  return slot ? createPortal(children, slot) : children;
}
