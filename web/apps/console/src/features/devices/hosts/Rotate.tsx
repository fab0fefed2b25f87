import type { Host } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Button, useToast } from "@openclaw/ui";
import { useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useRotateHost } from "./hostQueries.ts";
import { TokenDialog } from "./TokenDialog.tsx";

/** Ends the host's credential, and shows the one command with which its machine comes back. */
export function Rotate({ host }: { host: Host }) {
  const t = useTranslator();
  const toast = useToast();
  const rotate = useRotateHost(host.id);
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button icon="refresh" onPress={() => setAsking(true)} data-testid="rotate-host">
        {t("hosts.rotate")}
      </Button>
      <Confirm
        isOpen={isAsking}
        title={t("hosts.rotateTitle", { name: host.name })}
        text={t("hosts.rotateText")}
        actionLabel={t("hosts.rotate")}
        isPending={rotate.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          void rotate.mutateAsync().then(
            () => setAsking(false),
            (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
          )
        }
      />
      {rotate.data && (
        <TokenDialog
          token={rotate.data}
          isRenewal
          onClose={() => rotate.reset()}
          onAgain={() => {
            rotate.reset();
            setAsking(true);
          }}
        />
      )}
    </>
  );
}
