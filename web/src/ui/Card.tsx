/** The card that everything sits on, and the widget: a card whose failure stays inside it. */
import { useId, type ReactNode } from "react";

import { classes } from "./classes";
import { ErrorBoundary } from "./ErrorBoundary";

interface CardProps {
  children: ReactNode;
  className?: string;
  interactive?: boolean;
}

export function Card({ children, className, interactive }: CardProps) {
  return (
    <div className={classes("card relative p-3 sm:p-4", interactive && "card-interactive", className)}>{children}</div>
  );
}

interface WidgetProps {
  title: string;
  help?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Tables and lists reach the card's edge. */
  flush?: boolean;
}

export function Widget({ title, help, actions, children, className, flush }: WidgetProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes("card relative flex flex-col", className)}>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-3 pt-3 sm:px-4 sm:pt-4">
        <div className="min-w-0">
          <h2 id={id} className="text-section">
            {title}
          </h2>
          {help && <p className="text-small text-muted">{help}</p>}
        </div>
        {/* As high as the title's line, so that a control of any height stands level with it. */}
        {actions && <div className="flex h-6 items-center gap-2">{actions}</div>}
      </header>
      <div className={classes("min-w-0 grow", flush ? "pt-2" : "p-3 sm:p-4")}>
        <ErrorBoundary what={title}>{children}</ErrorBoundary>
      </div>
    </section>
  );
}
