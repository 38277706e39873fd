/** Who is signed in: the query that everything else depends on, and the calls that change it. */
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery, type QueryClient } from "@tanstack/react-query";

import { answer, api, rememberCsrfToken } from "./client";
import type { Me, Permission, ProfileChange } from "./types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => remember(await answer(api.GET("/api/v1/me"))),
  staleTime: 60_000,
});

function remember(me: Me): Me {
  rememberCsrfToken(me.csrf_token ?? null);
  return me;
}

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

export function usePermission(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}

/** Takes over a new session: nothing that the previous one saw may stay on the page. */
export function adoptSession(queries: QueryClient, me: Me): void {
  const others = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== meQuery.queryKey[0] };
  queries.setQueryData(meQuery.queryKey, remember(me));
  queries.removeQueries({ ...others, type: "inactive" });
  // What the page shows at this moment starts again from nothing; merely forgetting it would leave it on the screen.
  void queries.resetQueries(others);
}

export function forgetSession(queries: QueryClient): void {
  rememberCsrfToken(null);
  queries.clear();
}

type Start<Input> = (input: Input) => Promise<Me>;

function useStart<Input>(start: Start<Input>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: start, onSuccess: (me) => adoptSession(queries, me) });
}

export const useSignIn = () =>
  useStart((body: { email: string; password: string }) => answer(api.POST("/api/v1/session", { body })));

export const useLinkSignIn = () =>
  useStart((body: { token: string }) => answer(api.POST("/api/v1/session/link", { body })));

export const useWorkspaceSwitch = () =>
  useStart((workspace_id: string) => answer(api.POST("/api/v1/session/workspace", { body: { workspace_id } })));

export const usePasswordReset = () =>
  useStart((body: { token: string; password: string }) => answer(api.POST("/api/v1/password-reset/confirm", { body })));

export const useInvitationAcceptance = () =>
  useStart((body: { token: string; name?: string; password?: string }) =>
    answer(api.POST("/api/v1/invitations/accept", { body })),
  );

export const usePasswordResetRequest = () =>
  useMutation({ mutationFn: (email: string) => answer(api.POST("/api/v1/password-reset", { body: { email } })) });

export const openInvitationQuery = (token: string) =>
  queryOptions({
    queryKey: ["invitation", token],
    queryFn: () => answer(api.GET("/api/v1/invitations/open", { params: { query: { token } } })),
    retry: false,
  });

export function useSignOut() {
  return useMutation({ mutationFn: () => answer(api.DELETE("/api/v1/session")) });
}

export function useProfileChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: ProfileChange) => answer(api.PATCH("/api/v1/me", { body })),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, remember(me)),
  });
}

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => answer(api.GET("/api/v1/me/sessions")),
});

export function useSessionRevocation() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["sessions"] }),
  });
}
