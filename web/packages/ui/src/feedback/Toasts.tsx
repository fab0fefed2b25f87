import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";

import { Button, IconButton } from "../actions/Button.tsx";
import { classes } from "../classes.ts";

import "./Toasts.css";

export interface Toast {
  text: string;
  tone?: "neutral" | "danger";
  action?: { label: string; run: () => void };
}

type Shown = Toast & { id: number };

const ToastContext = createContext<(toast: Toast) => void>(() => undefined);
const LIFETIME_MS = 7_000;
const AT_MOST = 3;

/** Short notes in the corner. They stay while pointed at or focused, so that "Undo" can be reached. */
export function ToastProvider({ children, dismissLabel }: { children: ReactNode; dismissLabel: string }) {
  const [toasts, setToasts] = useState<readonly Shown[]>([]);
  const nextId = useRef(1);
  const show = useCallback((toast: Toast) => {
    setToasts((shown) => [...shown.slice(1 - AT_MOST), { ...toast, id: nextId.current++ }]);
  }, []);
  const dismiss = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const region = (
    <div className="Toasts" role="region" aria-label={dismissLabel} aria-live="polite">
      {toasts.map((toast) => (
        <Item key={toast.id} toast={toast} dismissLabel={dismissLabel} dismiss={dismiss} />
      ))}
    </div>
  );
  return (
    <ToastContext value={show}>
      {children}
      {createPortal(region, document.body)}
    </ToastContext>
  );
}

export function useToast(): (toast: Toast) => void {
  return useContext(ToastContext);
}

function Item({ toast, dismissLabel, dismiss }: { toast: Shown; dismissLabel: string; dismiss: (id: number) => void }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = window.setTimeout(() => dismiss(toast.id), LIFETIME_MS);
    return () => window.clearTimeout(timer);
  }, [isHeld, dismiss, toast.id]);
  const hold = useMemo(
    () => ({
      onPointerEnter: () => setHeld(true),
      onPointerLeave: () => setHeld(false),
      onFocus: () => setHeld(true),
      onBlur: () => setHeld(false),
    }),
    [],
  );
  const { action } = toast;
  return (
    <div className={classes("Toasts-item", toast.tone === "danger" && "Toasts-item--danger")} {...hold}>
      <span className="Toasts-text">{toast.text}</span>
      {action && (
        <Button
          size="s"
          tone="quiet"
          onPress={() => {
            action.run();
            dismiss(toast.id);
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton icon="close" size="s" label={dismissLabel} hasTooltip={false} onPress={() => dismiss(toast.id)} />
    </div>
  );
}
