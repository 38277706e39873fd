/** What belongs to the person alone: name, address, password, and where they are signed in. */
import { useMe } from "../../api/session";
import { roleName } from "../../api/words";
import { Widget } from "../../ui/Card";
import { Page } from "../../ui/Page";
import { IdentityForm } from "./IdentityForm";
import { PasswordForm } from "./PasswordForm";
import { SessionList } from "./SessionList";

export default function ProfilePage() {
  const { user, role, workspace } = useMe();
  return (
    <Page title="Your profile" help={`${roleName(role)} in ${workspace.name}`}>
      {user && (
        <div className="grid grid-cols-1 items-start gap-3 sm:gap-4 lg:grid-cols-2 [&>*]:min-w-0">
          <Widget title="You" help="How colleagues see you, and how you sign in.">
            <IdentityForm key={`${user.name} ${user.email}`} user={user} />
          </Widget>
          <Widget
            title="Password"
            help={
              user.has_password
                ? "Changing it signs you out everywhere else."
                : "You came by a link. With a password you can come back without one."
            }
          >
            <PasswordForm key={String(user.has_password)} hasPassword={user.has_password} />
          </Widget>
        </div>
      )}
      <Widget
        title="Where you are signed in"
        help="End what you do not recognise, and change your password then."
        flush
      >
        <SessionList />
      </Widget>
    </Page>
  );
}
