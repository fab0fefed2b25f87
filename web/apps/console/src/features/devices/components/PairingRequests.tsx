import type { PairingRequest } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Dot, Row, Rows, Section, useToast } from "@openclaw/ui";

import { fingerprint } from "../gatewayTokens.ts";
import { useDecidePairing, usePairingRequests } from "../queries.ts";

import "./PairingRequests.css";

/** The machines that ask to be let in; nothing when there are none. */
export function PairingRequests() {
  const t = useTranslator();
  const requests = usePairingRequests();
  if (!requests.data || requests.data.length === 0) return null;
  return (
    <div className="PairingRequests">
      <Section title={t("pairing.title")} description={t("pairing.description")}>
        <Rows label={t("pairing.title")}>
          {requests.data.map((request) => (
            <RequestRow key={request.id} request={request} />
          ))}
        </Rows>
      </Section>
    </div>
  );
}

function RequestRow({ request }: { request: PairingRequest }) {
  const t = useTranslator();
  const toast = useToast();
  const decide = useDecidePairing();
  const { name } = request;
  const facts = [
    request.platform,
    t("devices.version", { version: request.version }),
    ...(request.address ? [t("pairing.from", { address: request.address })] : []),
    t("pairing.asked", { when: t.format.relative(request.createdAt) }),
  ];
  const answer = (isApproved: boolean) =>
    // A promise, since callbacks of `mutate` die with this row, which goes when it succeeds.
    void decide.mutateAsync({ request, isApproved }).then(
      () => toast({ text: t(isApproved ? "pairing.approved" : "pairing.rejected", { name }) }),
      (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
    );
  return (
    <Row
      data-testid="pairing-row"
      leading={<Dot state="busy" />}
      title={name}
      badges={<Badge>{t("devices.nodeHost")}</Badge>}
      detail={
        <>
          <div>{facts.join(" · ")}</div>
          <div className="PairingRequests-key">{t("pairing.key", { fingerprint: fingerprint(request.nodeId) })}</div>
        </>
      }
      actions={
        <div className="PairingRequests-actions">
          <Button size="s" isDisabled={decide.isPending} onPress={() => answer(false)} data-testid="pairing-reject">
            {t("pairing.reject")}
          </Button>
          <Button size="s" tone="primary" isPending={decide.isPending} onPress={() => answer(true)} data-testid="pairing-approve">
            {t("pairing.approve")}
          </Button>
        </div>
      }
    />
  );
}
