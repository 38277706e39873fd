/** The cache of everything fetched, and what happens when an answer says that nobody is signed in. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { ApiProblem, isSignedOut } from "../api/problem";
import { meQuery } from "../api/session";

const RETRIES_MAX = 2;

export function createQueries(onSignedOut: (code: string) => void): QueryClient {
  const watch = (error: unknown) => {
    if (isSignedOut(error)) onSignedOut((error as ApiProblem).code);
    // Another tab may have begun another session, whose token this one does not know yet.
    if (error instanceof ApiProblem && error.code === "csrf_failed") {
      void queries.invalidateQueries({ queryKey: meQuery.queryKey });
    }
  };
  const queries = new QueryClient({
    queryCache: new QueryCache({ onError: watch }),
    mutationCache: new MutationCache({ onError: watch }),
    defaultOptions: {
      queries: { staleTime: 30_000, retry: isWorthRetrying },
      mutations: { retry: false },
    },
  });
  return queries;
}

/** A refusal stays a refusal; only silence and overload may pass by themselves. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  if (failures >= RETRIES_MAX || !(error instanceof ApiProblem)) return false;
  return error.status === 0 || error.status === 503;
}
