/** The states that a chart card can be in beside "ready". */

export type ChartState =
  | { kind: "ready" }
  | { kind: "loading" }
  | { kind: "error"; error: unknown; onRetry?: () => void }
  | EmptyNew
  | EmptyFiltered;

/** Nothing was ever sent. */
export interface EmptyNew {
  kind: "empty-new";
  sentence: string;
  /** Ready to paste: the real address and a key are filled in. */
  snippet: string;
  onSample?: () => void;
}

/** The filters in force leave nothing. */
export interface EmptyFiltered {
  kind: "empty-filtered";
  filters: readonly string[];
  /** Written: "3 Oct". */
  lastEvent?: string;
  onClear?: () => void;
}

export const READY: ChartState = { kind: "ready" };
