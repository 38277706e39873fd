/** Placeholders with the final size of what is loading. */
import { classes } from "./classes";

export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={classes("skeleton block", className)} />;
}

export function SkeletonRows({ count = 4 }: { count?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col">
      {Array.from({ length: count }, (_, row) => (
        <div key={row} className="flex h-[53px] items-center gap-4 border-t border-line px-3 sm:px-4">
          <Skeleton className="h-4 w-2/5" />
          <Skeleton className="h-4 w-1/5" />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  );
}

export function SkeletonPage() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <Skeleton className="h-7 w-48" />
      <Skeleton className="h-40 w-full rounded-card" />
    </div>
  );
}
