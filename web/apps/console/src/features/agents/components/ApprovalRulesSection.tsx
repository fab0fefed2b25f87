import type { ApprovalRule } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Icon, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { queryKeys } from "../../../shared/queryKeys.ts";
import { useApi } from "../../../shared/services.tsx";

export function ApprovalRulesSection() {
  const t = useTranslator();
  const toast = useToast();
  const api = useApi();
  const queryClient = useQueryClient();
  const rules = useQuery({ queryKey: queryKeys.approvalRules, queryFn: ({ signal }) => api.approvals.rules(signal) });
  const revoke = useMutation({
    mutationFn: (rule: ApprovalRule) => api.approvals.revokeRule(rule.id),
    onSuccess: () => {
      toast({ text: t("rules.revoked") });
      return queryClient.invalidateQueries({ queryKey: queryKeys.approvalRules });
    },
    onError: (error) => toast({ text: t.error(error), tone: "danger" }),
  });
  const detail = (rule: ApprovalRule) =>
    [
      t("rules.onDevice", { device: rule.device.name }),
      ...(rule.conversationId ? [t("rules.conversation")] : []),
      t("rules.created", { when: t.format.relative(rule.createdAt) }),
      ...(rule.expiresAt ? [t("rules.until", { when: t.format.dateTime(rule.expiresAt) })] : []),
    ].join(" · ");
  return (
    <Section title={t("rules.title")} description={t("rules.description")}>
      {rules.error && <Banner tone="danger">{t.error(rules.error)}</Banner>}
      {rules.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {rules.data?.items.length === 0 && <EmptyState title={t("rules.empty")}>{t("rules.emptyText")}</EmptyState>}
      {rules.data && rules.data.items.length > 0 && (
        <Rows label={t("rules.title")}>
          {rules.data.items.map((rule) => (
            <Row
              key={rule.id}
              leading={<Icon name="shield" />}
              title={t("rules.in", { program: rule.program, folder: rule.folder })}
              detail={detail(rule)}
              actions={
                <Button size="s" tone="danger" onPress={() => revoke.mutate(rule)}>
                  {t("rules.revoke")}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
