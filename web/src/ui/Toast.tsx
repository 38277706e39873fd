/** Short confirmations at the foot of the page, spoken politely. */
import { useEffect, useSyncExternalStore } from "react";

import { IconButton } from "./Button";
import { Icon } from "./icons";

interface ToastMessage {
  id: number;
  text: string;
}

const SHOWN_MS = 6000;
let messages: ToastMessage[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function publish(next: ToastMessage[]) {
  messages = next;
  for (const listener of listeners) listener();
}

export function toast(text: string): void {
  lastId += 1;
  publish([...messages.slice(-2), { id: lastId, text }]);
}

function dismiss(id: number) {
  publish(messages.filter((message) => message.id !== id));
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => messages);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-20 z-50 flex flex-col items-end gap-2 md:bottom-4"
    >
      {shown.map((message) => (
        <Toast key={message.id} message={message} />
      ))}
    </div>
  );
}

function Toast({ message }: { message: ToastMessage }) {
  useEffect(() => {
    const timer = setTimeout(() => dismiss(message.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [message.id]);
  return (
    <div className="card pointer-events-auto flex max-w-full items-center gap-2 bg-surface py-1 pr-1 pl-3">
      <Icon name="check" size={16} className="shrink-0 text-ok" />
      <span className="min-w-0 wrap-anywhere">{message.text}</span>
      <IconButton icon="close" label="Dismiss" onClick={() => dismiss(message.id)} />
    </div>
  );
}
