/** A link that can no longer be used, and what to do instead. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { ApiProblem } from "../api/problem";
import { buttonLook } from "../ui/Button";
import { ErrorNote } from "../ui/ErrorState";

export function SpentLink({ error, children }: { error?: unknown; children: ReactNode }) {
  const isOther = error && !(error instanceof ApiProblem && error.status === 410);
  return (
    <div className="flex flex-col gap-4">
      {isOther ? (
        <ErrorNote error={error} />
      ) : (
        <p role="alert">This link has been used already or is too old. Each link works once.</p>
      )}
      <div className="text-muted">{children}</div>
      <Link to="/sign-in" className={buttonLook("plain")}>
        Go to the sign-in page
      </Link>
    </div>
  );
}
