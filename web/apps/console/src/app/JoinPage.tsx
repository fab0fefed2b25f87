import { useTranslator } from "@openclaw/i18n";
import { useLocation } from "@tanstack/react-router";

import { AcceptInvitation } from "../features/workspaces/index.ts";
import { Page } from "../shared/Page.tsx";

export function JoinPage() {
  const t = useTranslator();
  const token = useLocation({ select: (location) => location.hash });
  return (
    <main>
      <Page title={t("invitations.accept")}>
        <AcceptInvitation initialToken={token} />
      </Page>
    </main>
  );
}
