/** API keys: how software reports and reads spend. */
import { useState } from "react";

import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { ErrorBoundary } from "../../ui/ErrorBoundary";
import { Requires } from "../../ui/NoAccess";
import { Page } from "../../ui/Page";
import { KeyDialog } from "./KeyDialog";
import { KeyList } from "./KeyList";

export default function KeysPage() {
  const [isCreating, setCreating] = useState(false);
  const create = () => setCreating(true);
  return (
    <Requires permission="keys.manage" title="API keys">
      <Page
        title="API keys"
        help="With a key your software reports what it spends. Its secret is shown once, and revoking takes effect at once."
        actions={
          <Button look="primary" icon="plus" onClick={create}>
            Create key
          </Button>
        }
      >
        <Card className="!p-0">
          <ErrorBoundary what="The keys">
            <KeyList onCreate={create} />
          </ErrorBoundary>
        </Card>
        {isCreating && <KeyDialog onClose={() => setCreating(false)} />}
      </Page>
    </Requires>
  );
}
