/** A chart with its title, the sentence that says what it shows, its menu, and every state it can be in. */
import { useId, useRef, useState, type ReactNode } from "react";

import { IconButton } from "../ui/Button";
import { ErrorBoundary } from "../ui/ErrorBoundary";
import { Icon } from "../ui/icons";
import { Menu, MenuItem, MenuSeparator } from "../ui/Menu";
import { toast } from "../ui/Toast";
import "./charts.css";
import { ChartStateView } from "./ChartStates";
import { ChartTableView } from "./ChartTableView";
import { csvFile, download, fileName } from "./download";
import { cardToPng } from "./png";
import { READY, type ChartState } from "./states";
import { toCsv, type ChartTable } from "./table";

export interface ChartCardProps {
  title: string;
  /** One sentence computed from the data. */
  summary?: ReactNode;
  /** The chart itself. */
  children: ReactNode;
  /** The same values as a table, which is also what the CSV holds; made only when someone asks for it. */
  table?: () => ChartTable;
  state?: ChartState;
  /** "Data up to 14:02; 3 services late": shown above the chart. */
  partial?: string;
  /** New data is on its way; the old stays. */
  isRefetching?: boolean;
  /** The chart's height, which every state keeps. */
  height?: number;
  /** The address of this view; the page's own when left out. */
  link?: string;
  onAnnotate?: () => void;
  className?: string;
}

export function ChartCard(props: ChartCardProps) {
  const { title, summary, children, table, state = READY, partial, isRefetching, height = 240, className = "" } = props;
  const [isTable, setIsTable] = useState(false);
  const card = useRef<HTMLElement>(null);
  const id = useId();
  const isReady = state.kind === "ready";
  const savePng = async () => {
    if (!card.current) return;
    try {
      download(fileName(title, "png"), await cardToPng(card.current));
    } catch (error) {
      toast(error instanceof Error ? error.message : "The image could not be made.");
    }
  };
  return (
    <section ref={card} aria-labelledby={id} className={`card relative flex flex-col p-3 sm:p-4 ${className}`}>
      {isRefetching && <span className="refetch-bar" role="status" aria-label={`Refreshing ${title}`} />}
      <header className="mb-2 flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 id={id} className="text-card text-muted" data-png>
            {title}
          </h2>
          {isReady && summary && (
            <p className="mt-1 text-body text-text" data-png>
              {summary}
            </p>
          )}
        </div>
        {isReady && (
          <CardMenu
            {...props}
            isTable={isTable}
            onTable={() => setIsTable(!isTable)}
            onCsv={table && (() => download(fileName(title, "csv"), csvFile(toCsv(table()))))}
            onPng={isTable ? undefined : savePng}
          />
        )}
      </header>
      {isReady && partial && (
        <p className="mb-2 flex items-center gap-2 text-small text-warn">
          <Icon name="alert" size={14} className="shrink-0" />
          <span data-png>{partial}</span>
        </p>
      )}
      <ErrorBoundary what={title}>
        {!isReady && <ChartStateView state={state} title={title} height={height} />}
        {isReady && (isTable && table ? <ChartTableView table={table()} height={height} /> : children)}
      </ErrorBoundary>
    </section>
  );
}

interface CardMenuProps extends ChartCardProps {
  isTable: boolean;
  onTable: () => void;
  onCsv?: () => void;
  onPng?: () => Promise<void>;
}

function CardMenu({ title, table, link, onAnnotate, isTable, onTable, onCsv, onPng }: CardMenuProps) {
  const copyLink = async () => {
    const address = new URL(link ?? window.location.href, window.location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      toast("Link copied");
    } catch {
      toast(`Copy this address by hand: ${address}`);
    }
  };
  return (
    <div className="-mt-2 -mr-2 shrink-0" data-png-skip>
      <Menu trigger={<IconButton icon="more" label={`Menu of ${title}`} />}>
        {table && <MenuItem onSelect={onTable}>{isTable ? "View as chart" : "View as table"}</MenuItem>}
        {table && <MenuSeparator />}
        {onCsv && <MenuItem onSelect={onCsv}>Download CSV</MenuItem>}
        {onPng && <MenuItem onSelect={() => void onPng()}>Download PNG</MenuItem>}
        <MenuItem onSelect={() => void copyLink()}>Copy link</MenuItem>
        {onAnnotate && <MenuItem onSelect={onAnnotate}>Annotate…</MenuItem>}
      </Menu>
    </div>
  );
}
