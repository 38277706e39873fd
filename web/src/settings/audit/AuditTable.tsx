/** The entries of the audit log; each opens to show what changed. */
import { useMemo, useState } from "react";

import type { AuditEntry } from "../../api/types";
import { IconButton } from "../../ui/Button";
import { DataTable, type Column } from "../../ui/DataTable";
import { Dialog } from "../../ui/Dialog";
import { Time } from "../../ui/Time";
import { differences } from "./difference";
import { actWords, partyName } from "./words";

function columnsFor(open: (entry: AuditEntry) => void): Column<AuditEntry>[] {
  return [
    {
      id: "what",
      header: "What",
      cell: (entry) => (
        <span className="wrap-anywhere">
          <strong className="font-semibold">{partyName(entry.actor)}</strong> {actWords(entry)}
        </span>
      ),
    },
    {
      id: "action",
      header: "Action",
      cell: (entry) => <code className="font-mono text-code text-muted">{entry.action}</code>,
    },
    { id: "from", header: "From", cell: (entry) => <span className="text-muted">{entry.ip ?? "—"}</span>, phone: true },
    { id: "when", header: "When", cell: (entry) => <Time at={entry.at} />, phone: true },
    {
      id: "open",
      header: "Details",
      quietHeader: true,
      align: "right",
      cell: (entry) => (
        <IconButton icon="chevronRight" label={`Details of entry ${entry.seq}`} onClick={() => open(entry)} />
      ),
    },
  ];
}

export function AuditTable({ entries }: { entries: AuditEntry[] }) {
  const [opened, setOpened] = useState<AuditEntry | null>(null);
  const columns = useMemo(() => columnsFor(setOpened), []);
  return (
    <>
      <DataTable
        label="Audit log"
        columns={columns}
        rows={entries}
        rowId={(entry) => String(entry.seq)}
        sortable={false}
      />
      {opened && <EntryDialog entry={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const changed = differences(entry.before, entry.after);
  return (
    <Dialog title={`Entry ${entry.seq}`} onClose={onClose}>
      <p>
        <strong>{partyName(entry.actor)}</strong> {actWords(entry)}
      </p>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        <dt className="text-muted">When</dt>
        <dd>
          <Time at={entry.at} />
        </dd>
        <dt className="text-muted">From</dt>
        <dd>{entry.ip ?? "—"}</dd>
        <dt className="text-muted">By</dt>
        <dd>{entry.actor.kind === "key" ? "an API key" : entry.actor.kind === "user" ? "a person" : "the system"}</dd>
        <dt className="text-muted">Hash</dt>
        <dd className="font-mono text-code break-all text-muted">{entry.hash}</dd>
      </dl>
      {changed.length === 0 ? (
        <p className="text-muted">This act changed no fields.</p>
      ) : (
        <div className="overflow-x-auto">
          <table className="w-full border-collapse text-left" aria-label="Before and after">
            <thead>
              <tr className="text-small text-muted">
                <th scope="col" className="py-1 pr-3 font-semibold">
                  Field
                </th>
                <th scope="col" className="py-1 pr-3 font-semibold">
                  Before
                </th>
                <th scope="col" className="py-1 font-semibold">
                  After
                </th>
              </tr>
            </thead>
            <tbody>
              {changed.map(({ field, before, after }) => (
                <tr key={field} className="border-t border-line align-top">
                  <th scope="row" className="py-1.5 pr-3 font-normal text-muted">
                    {field.replaceAll("_", " ")}
                  </th>
                  <td className="py-1.5 pr-3 wrap-anywhere">{before ?? "—"}</td>
                  <td className="py-1.5 wrap-anywhere">{after ?? "—"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Dialog>
  );
}
