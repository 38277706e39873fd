/** The frame of a page: its title, which is the only h1 and the document's title, and its main action. */
import { useEffect, type ReactNode } from "react";

interface PageProps {
  title: string;
  help?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, help, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Outlay`;
  }, [title]);
  return (
    <div className="flex flex-col gap-4">
      <header className="flex flex-wrap items-end justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-title wrap-anywhere">{title}</h1>
          {help && <p className="wrap-anywhere text-muted">{help}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
