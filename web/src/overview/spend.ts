/** Questions about spend as the native API answers them. */
import { answer, api } from "../api/client";
import type { components, paths } from "../api/schema";

type Asked = NonNullable<paths["/api/v1/spend"]["get"]["parameters"]["query"]>;

export type SpendQuery = Partial<Asked>;
export type Spend = components["schemas"]["SpendOut"];
export type SpendGroup = components["schemas"]["GroupOut"];

/** A list in brackets keeps commas within its names. */
function bracketed(query: SpendQuery): SpendQuery {
  const written = Object.entries(query).flatMap(([name, value]): [string, unknown][] =>
    value === undefined ? [] : [[Array.isArray(value) ? `${name}[]` : name, value]],
  );
  return Object.fromEntries(written);
}

export const readSpend = (query: SpendQuery): Promise<Spend> =>
  answer(api.GET("/api/v1/spend", { params: { query: bracketed(query) } }));
