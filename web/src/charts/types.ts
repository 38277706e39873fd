/** What every chart is given. Values are exact decimal strings; floats exist only to place marks. */

/** The colour of an entity, stored with the entity: never its rank in this chart. */
export type Slot = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | "other";

/** One value per bucket; null where there is none (a gap, never a zero). */
export type Values = readonly (string | null)[];

export interface Series {
  key: string;
  name: string;
  slot: Slot;
  values: Values;
  /** The same buckets one period earlier, drawn dashed in the same hue. */
  previous?: Values;
}

/** What the values are: how they are written, said, and put on an axis. */
export interface Measure {
  name: string;
  format: (value: string | null) => string;
  spoken: (value: string | null) => string;
  /** Caps and forecasts: `$1,000` where `format` says `$1,000.00`. */
  limit: (value: string | null) => string;
  /** Every digit, when `format` shows fewer; else null. */
  exact: (value: string | null) => string | null;
  /** A formatter for the ticks of one axis. */
  axis: (ticks: readonly number[]) => (tick: number) => string;
  /** A formatter for the cells of one table column. */
  column: (values: Values) => (value: string | null) => string;
}

/** The regular steps along the horizontal axis. */
export interface Buckets {
  /** `Day`, `Hour`, `Month`: the heading of the table's first column. */
  name: string;
  keys: readonly string[];
  /** The buckets that may carry a label, when not all are alike: midnights among hours. */
  isLabelled?: (key: string) => boolean;
  /** Short text for the axis. */
  tick: (key: string) => string;
  /** Full text for tooltip, table and screen reader. */
  full: (key: string) => string;
}

export interface Selection {
  index: number;
  bucket: string;
  /** Null when the whole bucket was meant. */
  series: string | null;
}

export interface Annotation {
  index: number;
  text: string;
}

/** The props that all charts over time share. */
export interface TimeChartProps {
  /** The accessible name; usually the title of the card. */
  label: string;
  buckets: Buckets;
  measure: Measure;
  height?: number;
  /** First bucket that is still being filled: drawn hatched and called "so far". */
  openFrom?: number;
  annotations?: readonly Annotation[];
  /** Clicking, or Enter at the crosshair. */
  onSelect?: (selection: Selection) => void;
}

export type { AlertLevel as Level } from "../ui/Chip";
