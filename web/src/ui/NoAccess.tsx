/** A page that the person's role does not open: which role does, and who can give it. */
import type { ReactNode } from "react";

import { useMe } from "../api/session";
import type { Permission } from "../api/types";
import { roleName, ROLES_WITH } from "../api/words";
import { Card } from "./Card";
import { Empty } from "./Empty";
import { Page } from "./Page";

interface RequiresProps {
  permission: Permission;
  /** The title of the page that is asked for. */
  title: string;
  children: ReactNode;
}

export function Requires({ permission, title, children }: RequiresProps) {
  const me = useMe();
  if (me.permissions.includes(permission)) return children;
  const roles = (ROLES_WITH[permission] ?? ["owner"]).map(roleName);
  const listed = new Intl.ListFormat("en", { type: "disjunction" }).format(roles);
  return (
    <Page title={title}>
      <Card>
        <Empty icon="lock" title={`This page needs the role ${listed}`}>
          You are {roleName(me.role)} in {me.workspace.name}. An owner or admin of the workspace can change your role
          under Settings, Users.
        </Empty>
      </Card>
    </Page>
  );
}
