/** The people of the workspace and the invitations that are open. */
import { useState } from "react";

import { usePermission } from "../../api/session";
import { Button } from "../../ui/Button";
import { Widget } from "../../ui/Card";
import { Requires } from "../../ui/NoAccess";
import { Page } from "../../ui/Page";
import { InvitationList } from "./InvitationList";
import { InviteDialog } from "./InviteDialog";
import { UserList } from "./UserList";

export default function UsersPage() {
  const [isInviting, setInviting] = useState(false);
  const mayManage = usePermission("people.manage");
  return (
    <Requires permission="people.read" title="Users">
      <Page
        title="Users"
        help="Who may enter this workspace, and as what."
        actions={
          mayManage && (
            <Button look="primary" icon="mail" onClick={() => setInviting(true)}>
              Invite
            </Button>
          )
        }
      >
        <Widget title="People" flush>
          <UserList mayManage={mayManage} />
        </Widget>
        {mayManage && (
          <Widget title="Open invitations" flush>
            <InvitationList />
          </Widget>
        )}
        {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
      </Page>
    </Requires>
  );
}
