/** Gridlines with value labels, bucket labels, the hatched open bucket, and annotation flags. */
import { memo } from "react";

import { bucketTicks, type Frame } from "./frame";
import type { Annotation, Buckets } from "./types";

interface AxesProps {
  frame: Frame;
  buckets: Buckets;
  annotations?: readonly Annotation[];
}

export const Axes = memo(function Axes({ frame, buckets, annotations = [] }: AxesProps) {
  return (
    <g aria-hidden="true">
      {frame.valueTicks.map((tick) => (
        <g key={tick.label + tick.at}>
          <line className="chart-grid" x1={frame.left} x2={frame.right} y1={tick.at} y2={tick.at} />
          <text className="chart-axis" x={frame.left - 8} y={tick.at} dy="0.32em" textAnchor="end">
            {tick.label}
          </text>
        </g>
      ))}
      {bucketTicks(frame, buckets).map((tick) => (
        <text className="chart-axis" key={tick.at} x={tick.at} y={frame.bottom + 17} textAnchor="middle">
          {tick.label}
        </text>
      ))}
      {annotations.map(({ index, text }) => (
        <g key={`${index} ${text}`} className="chart-flag" transform={`translate(${frame.x(index)} ${frame.bottom})`}>
          <line y1={0} y2={-16} />
          <path d="M0-16h9l-2.5 3.5 2.5 3.5h-9Z" />
        </g>
      ))}
    </g>
  );
});

interface HatchProps {
  id: string;
  colour?: string;
}

/** Diagonal lines for what is not finished yet; used by `url(#id)`. */
export function Hatch({ id, colour = "var(--muted)" }: HatchProps) {
  return (
    <pattern id={id} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <line x1={0} x2={0} y1={0} y2={6} style={{ stroke: colour }} strokeWidth={3} />
    </pattern>
  );
}

interface OpenBucketProps {
  frame: Frame;
  openFrom: number | undefined;
}

/** The open bucket behind lines and areas: from the last full bucket to the right edge. */
export function OpenBucket({ frame, openFrom, hatch }: OpenBucketProps & { hatch: string }) {
  if (openFrom === undefined || openFrom >= frame.count) return null;
  const start = frame.x(Math.max(0, openFrom - 1));
  const width = frame.x(frame.count - 1) - start;
  return (
    <rect
      aria-hidden="true"
      className="chart-open"
      x={start}
      y={frame.top}
      width={Math.max(0, width)}
      height={frame.bottom - frame.top}
      fill={`url(#${hatch})`}
    />
  );
}
