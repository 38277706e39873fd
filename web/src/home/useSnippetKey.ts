/** Making the key of the snippet: bound to an agent, since that is the least that can report what was spent. */
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { answer, api } from "../api/client";
import { ApiProblem } from "../api/problem";

export const QUICKSTART = { key: "quickstart", name: "Quickstart" };
const DAYS = 90;
const DAY_MS = 86_400_000;

/** Takes the key of an agent; where there is none, an agent is added for it. */
export function useSnippetKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (agent: string | undefined) =>
      answer(
        api.POST("/api/v1/keys", {
          body: {
            name: "First event",
            role: "agent",
            agent: agent ?? (await quickstart()),
            expires_at: new Date(Date.now() + DAYS * DAY_MS).toISOString(),
          },
        }),
      ),
    onSettled: () =>
      Promise.all(["keys", "agents", "audit"].map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  });
}

async function quickstart(): Promise<string> {
  try {
    await answer(api.POST("/api/v1/agents", { body: QUICKSTART }));
  } catch (error) {
    // It is there already, from an attempt that came no further or by somebody who was quicker.
    if (!(error instanceof ApiProblem) || error.code !== "key_taken") throw error;
  }
  return QUICKSTART.key;
}
