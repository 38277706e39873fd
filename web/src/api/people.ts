/** Colleagues, invitations, keys, the workspace and the audit log. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { answer, api } from "./client";
import { meQuery } from "./session";
import type { AuditQuery, KeyDraft, Role } from "./types";

const LIST_LIMIT = 500;

export const usersQuery = queryOptions({
  queryKey: ["users"],
  queryFn: () => answer(api.GET("/api/v1/users")),
});

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: () => answer(api.GET("/api/v1/invitations")),
});

export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => answer(api.GET("/api/v1/keys", { params: { query: { limit: LIST_LIMIT, revoked: true } } })),
});

export const auditQuery = (filter: AuditQuery) =>
  infiniteQueryOptions({
    queryKey: ["audit", "list", filter],
    queryFn: ({ pageParam }) =>
      answer(api.GET("/api/v1/audit", { params: { query: { limit: 50, ...filter, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const latestAuditQuery = queryOptions({
  queryKey: ["audit", "latest"],
  queryFn: () => answer(api.GET("/api/v1/audit", { params: { query: { limit: 6 } } })),
});

export const auditVerificationQuery = queryOptions({
  queryKey: ["audit", "verification"],
  queryFn: () => answer(api.GET("/api/v1/audit/verification")),
});

/** A mutation that refreshes the named lists when it is done, whatever its end. */
function useChange<Input, Output>(change: (input: Input) => Promise<Output>, topics: string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => Promise.all(topics.map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
}

export const useUserChange = () =>
  useChange(
    ({ id, ...body }: { id: string; role: Role; client?: string | null }) =>
      answer(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: id } }, body })),
    ["users", "audit"],
  );

export const useUserRemoval = () =>
  useChange(
    (id: string) => answer(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: id } } })),
    ["users", "audit"],
  );

export const useInvitation = () =>
  useChange(
    (body: { email: string; role: Role; client?: string }) => answer(api.POST("/api/v1/invitations", { body })),
    ["invitations", "audit"],
  );

export const useInvitationWithdrawal = () =>
  useChange(
    (id: string) =>
      answer(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })),
    ["invitations", "audit"],
  );

export const useKeyCreation = () =>
  useChange((body: KeyDraft) => answer(api.POST("/api/v1/keys", { body })), ["keys", "audit"]);

export const useKeyRevocation = () =>
  useChange(
    (id: string) => answer(api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id: id } } })),
    ["keys", "audit"],
  );

export function useWorkspaceChange() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name?: string; time_zone?: string; currency?: string }) =>
      answer(api.PATCH("/api/v1/workspace", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
}
