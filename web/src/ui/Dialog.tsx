/** Dialogs on the browser's own `<dialog>`: it traps focus, closes on Escape and gives focus back by itself. */
import { useId, useRef, type ReactNode } from "react";

import { Button, IconButton } from "./Button";
import { ErrorNote } from "./ErrorState";
import { useModal } from "./useModal";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** A dialog that shows a secret once must not vanish by a slip of the mouse. */
  keepOnBackdrop?: boolean;
}

/** Mounted means open: the caller renders it when it is wanted. */
export function Dialog({ title, onClose, children, keepOnBackdrop }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useModal(dialog);
  return (
    // The browser handles Escape itself and reports it as `cancel`; the click only concerns the area around.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !keepOnBackdrop) onClose();
      }}
      className="glass m-auto w-[min(32rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] overflow-y-auto rounded-card border border-line p-0 text-text backdrop:bg-(--backdrop)"
    >
      <div className="flex flex-col gap-4 p-4">
        <div className="flex items-center justify-between gap-4">
          <h2 id={id} className="min-w-0 text-section wrap-anywhere">
            {title}
          </h2>
          <IconButton icon="close" label="Close" onClick={onClose} className="-my-2 -mr-2" />
        </div>
        {children}
      </div>
    </dialog>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2 pt-2">{children}</div>;
}

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, children, action, busy, error, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="wrap-anywhere text-muted">{children}</div>
      <ErrorNote error={error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
