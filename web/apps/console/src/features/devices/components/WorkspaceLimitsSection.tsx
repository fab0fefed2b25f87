import type { ToolPolicy } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Section, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { useAccount } from "../../identity/index.ts";
import { useSetWorkspacePolicy, useWorkspacePolicy } from "../queries.ts";
import { LimitsFields } from "./LimitsFields.tsx";

/** What may be done on the machines of the workspace; admins set it. */
export function WorkspaceLimitsSection() {
  const t = useTranslator();
  const policy = useWorkspacePolicy();
  const { role } = useAccount().workspace;
  const mayChange = role === "owner" || role === "admin";
  return (
    <Section title={t("workspacePolicy.title")} description={t("workspacePolicy.description")}>
      {policy.error && <Banner tone="danger">{t.error(policy.error)}</Banner>}
      {policy.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {policy.data && (mayChange ? <Form policy={policy.data} /> : <Summary policy={policy.data} />)}
    </Section>
  );
}

function Form({ policy }: { policy: ToolPolicy }) {
  const t = useTranslator();
  const toast = useToast();
  const save = useSetWorkspacePolicy();
  const [draft, setDraft] = useState(policy);
  return (
    <form
      className="LimitsFields"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(draft, { onSuccess: () => toast({ text: t("limits.saved") }) });
      }}
    >
      {save.error && (
        <Banner tone="danger" role="alert">
          {t.error(save.error)}
        </Banner>
      )}
      <LimitsFields policy={draft} onChange={setDraft} />
      <div>
        <Button type="submit" tone="primary" isPending={save.isPending} isDisabled={JSON.stringify(draft) === JSON.stringify(policy)}>
          {t("app.save")}
        </Button>
      </div>
    </form>
  );
}

function Summary({ policy }: { policy: ToolPolicy }) {
  const t = useTranslator();
  const facts = [
    `${t("limits.maxGrade")}: ${t(`limits.maxGrade.${policy.maxGrade}`)}`,
    ...(policy.deniedTools.length > 0 ? [`${t("limits.denied")}: ${policy.deniedTools.map((tool) => t(`tool.${tool}`)).join(", ")}`] : []),
    t("workspacePolicy.readOnly"),
  ];
  return <p className="LimitsFields-text">{facts.join(" · ")}</p>;
}
