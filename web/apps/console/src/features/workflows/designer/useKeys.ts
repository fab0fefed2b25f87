import { useEffect, useRef } from "react";

import type { Actions } from "./useActions.ts";

export interface KeyTargets {
  actions: Actions;
  isActive: boolean;
  undo: () => void;
  redo: () => void;
  save: () => void;
  openAdd: () => void;
  openConnect: () => void;
  openHelp: () => void;
  close: () => void;
  /** Goes to the chosen step, when the focus is nowhere. */
  walk: () => void;
  runIt: () => void;
  runAgain: () => void;
}

/** Where keys mean what they write. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** In a dialog or a menu keys belong to that. */
function isElsewhere(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("[role=dialog],[role=alertdialog],[role=menu],[role=listbox]") !== null;
}

const NUDGE = 20;
const NUDGES: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-NUDGE, 0], ArrowRight: [NUDGE, 0], ArrowUp: [0, -NUDGE], ArrowDown: [0, NUDGE] };

/** The keys of the designer, and its clipboard. */
export function useKeys(targets: KeyTargets): void {
  const latest = useRef(targets);
  latest.current = targets;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { actions, isActive, undo, redo, save, openAdd, openConnect, openHelp, close, runIt, runAgain, walk } = latest.current;
      const isCommand = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (isCommand && key === "s") {
        event.preventDefault();
        save();
        return;
      }
      if (isCommand && key === "enter" && !isElsewhere(event.target)) {
        event.preventDefault();
        runIt();
        return;
      }
      if (event.defaultPrevented || !isActive || isElsewhere(event.target) || isWriting(event.target)) return;
      const act = (what: () => void) => {
        event.preventDefault();
        what();
      };
      if (isCommand) {
        if (key === "z") act(event.shiftKey ? redo : undo);
        else if (key === "y") act(redo);
        else if (key === "a") act(actions.selectAll);
        else if (key === "d") act(actions.duplicate);
        return;
      }
      const nudge = NUDGES[event.key];
      if (event.altKey && nudge) act(() => actions.nudge(...nudge));
      else if (event.altKey) return;
      else if (nudge && event.target === document.body) act(walk);
      else if (key === "a" || key === "/") act(openAdd);
      else if (key === "c") act(openConnect);
      else if (key === "g") act(() => actions.group(event.shiftKey ? "parallel" : "loop"));
      else if (key === "delete" || key === "backspace") act(actions.remove);
      else if (key === "r") act(runAgain);
      else if (key === "?") act(openHelp);
      else if (key === "escape") close();
    };
    const isMine = (event: Event) => latest.current.isActive && !isWriting(event.target) && !isElsewhere(event.target) && !window.getSelection()?.toString();
    const onCopy = (event: ClipboardEvent) => {
      const text = isMine(event) ? latest.current.actions.copy() : "";
      if (!text) return;
      event.preventDefault();
      event.clipboardData?.setData("text/plain", text);
      if (event.type === "cut") latest.current.actions.remove();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!isMine(event)) return;
      if (latest.current.actions.paste(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCopy);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCopy);
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}
