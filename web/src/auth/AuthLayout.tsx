/** The frame of the pages for people who are not signed in: one card in the middle of the glow. */
import { useEffect, type ReactNode } from "react";

import { Logo } from "../app/Logo";
import { ThemeMenu } from "../theme/ThemeMenu";

export function AuthLayout({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Outlay`;
  }, [title]);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between px-4">
        <Logo />
        <ThemeMenu />
      </header>
      <main className="flex grow items-start justify-center px-4 pt-[8dvh] pb-16">
        <div className="card flex w-full max-w-[26rem] flex-col gap-5 p-5 sm:p-8">
          <div className="flex flex-col gap-1">
            <h1 className="text-title">{title}</h1>
            {help && <p className="text-muted">{help}</p>}
          </div>
          {children}
        </div>
      </main>
    </div>
  );
}
