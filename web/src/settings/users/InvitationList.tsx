/** Invitations that nobody has accepted yet. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { invitationsQuery, useInvitationWithdrawal } from "../../api/people";
import type { Invitation } from "../../api/types";
import { roleName } from "../../api/words";
import { Button } from "../../ui/Button";
import { DataTable, type Column } from "../../ui/DataTable";
import { ConfirmDialog } from "../../ui/Dialog";
import { QueryView } from "../../ui/QueryView";
import { SkeletonRows } from "../../ui/Skeleton";
import { Time } from "../../ui/Time";
import { toast } from "../../ui/Toast";

export function InvitationList() {
  const query = useQuery(invitationsQuery);
  const [withdrawn, setWithdrawn] = useState<Invitation | null>(null);
  const columns: Column<Invitation>[] = [
    { id: "email", header: "E-mail", cell: (each) => <span className="break-all">{each.email}</span> },
    {
      id: "role",
      header: "Role",
      phone: true,
      cell: (each) => (each.client ? `${roleName(each.role)} · ${each.client.name}` : roleName(each.role)),
    },
    { id: "expires", header: "Expires", phone: true, cell: (each) => <Time at={each.expires_at} relative /> },
    {
      id: "actions",
      header: "Actions",
      quietHeader: true,
      align: "right",
      cell: (each) => (
        <Button look="quiet" aria-label={`Withdraw the invitation of ${each.email}`} onClick={() => setWithdrawn(each)}>
          Withdraw
        </Button>
      ),
    },
  ];
  return (
    <>
      <QueryView query={query} what="The invitations" skeleton={<SkeletonRows count={1} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="border-line px-3 py-4 text-muted sm:border-t sm:px-4">Nobody is invited at the moment.</p>
          ) : (
            <DataTable label="Open invitations" columns={columns} rows={items} rowId={(each) => each.id} />
          )
        }
      </QueryView>
      {withdrawn && <WithdrawalDialog invitation={withdrawn} onClose={() => setWithdrawn(null)} />}
    </>
  );
}

function WithdrawalDialog({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const withdrawal = useInvitationWithdrawal();
  const confirm = () =>
    withdrawal.mutate(invitation.id, {
      onSuccess: () => {
        toast(`The invitation of ${invitation.email} is withdrawn.`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      title="Withdraw the invitation?"
      action="Withdraw"
      busy={withdrawal.isPending}
      error={withdrawal.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      The link that was sent to <span className="break-all">{invitation.email}</span> stops working at once.
    </ConfirmDialog>
  );
}
