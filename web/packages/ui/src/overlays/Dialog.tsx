import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";

import { IconButton } from "../actions/Button.tsx";
import { classes } from "../classes.ts";

import "./Dialog.css";

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  closeLabel: string;
  children: ReactNode;
  /** Buttons at the end, the main one last. */
  actions?: ReactNode;
  size?: "s" | "m";
  isAlert?: boolean;
  "data-testid"?: string;
}

/** A modal dialog; a sheet from the bottom edge on narrow screens. */
export function Dialog({ isOpen, onClose, title, closeLabel, children, actions, size = "m", isAlert, ...rest }: DialogProps) {
  return (
    <ModalOverlay className="Dialog-scrim" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable={!isAlert}>
      <Modal className={classes("Dialog", `Dialog--${size}`)}>
        <AriaDialog className="Dialog-body" role={isAlert ? "alertdialog" : "dialog"} {...rest}>
          <header className="Dialog-header">
            <Heading slot="title" className="Dialog-title">
              {title}
            </Heading>
            <IconButton icon="close" label={closeLabel} size="s" hasTooltip={false} onPress={onClose} />
          </header>
          <div className="Dialog-content">{children}</div>
          {actions && <footer className="Dialog-actions">{actions}</footer>}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** A panel that slides in from the side; holds the navigation on narrow screens. */
export function Drawer({ isOpen, onClose, label, children }: { isOpen: boolean; onClose: () => void; label: string; children: ReactNode }) {
  return (
    <ModalOverlay className="Dialog-scrim Dialog-scrim--side" isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className="Dialog-drawer">
        <AriaDialog className="Dialog-drawerBody" aria-label={label}>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
