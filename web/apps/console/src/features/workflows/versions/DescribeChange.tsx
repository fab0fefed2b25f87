import type { JsonObject } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Markdown, TextField } from "@openclaw/ui";
import { useState } from "react";

import { Problems } from "../list/Problems.tsx";
import { useLabels } from "../../../shared/useLabels.ts";
import { DefinitionDiff } from "./DefinitionDiff.tsx";
import { usePropose } from "./queries.ts";

import "./DescribeChange.css";

export interface DescribeChangeProps {
  /** What the change is of. */
  definition: JsonObject;
  takeLabel: string;
  isTaking?: boolean;
  takeError?: unknown;
  /** The person has looked at the proposal, and wants it. */
  onTake: (definition: JsonObject) => Promise<unknown>;
}

/** Say in words what should change: the assistant proposes it, and it is looked at before it is taken over. */
export function DescribeChange({ definition, takeLabel, isTaking, takeError, onTake }: DescribeChangeProps) {
  const t = useTranslator();
  const labels = useLabels();
  const propose = usePropose();
  const [words, setWords] = useState("");
  const proposal = propose.data;
  const submit = () => words.trim() && propose.mutate({ definition, words: words.trim() });
  const done = () => {
    propose.reset();
    setWords("");
  };
  return (
    <div className="DescribeChange">
      <form
        className="DescribeChange-form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField label={t("workflowDescribe.label")} value={words} onChange={setWords} rows={2} maxLength={2000} placeholder={t("workflowDescribe.placeholder")} />
        <Button type="submit" tone={proposal ? "secondary" : "primary"} icon="spark" isDisabled={!words.trim()} isPending={propose.isPending} data-testid="propose">
          {t("workflowDescribe.propose")}
        </Button>
      </form>
      {propose.isPending && (
        <p className="DescribeChange-note" role="status">
          {t("workflowDescribe.thinking")}
        </p>
      )}
      {propose.error && <Banner tone="danger" role="alert" title={t("workflowDescribe.failed")}>{t.error(propose.error)}</Banner>}
      {proposal && (
        <section className="DescribeChange-proposal" aria-label={t("workflowDescribe.proposal")} data-testid="proposal">
          <Markdown text={proposal.explanation || t("workflowDescribe.noWords")} labels={labels} />
          {proposal.problems.length > 0 && <Problems problems={proposal.problems} />}
          {proposal.changes.length > 0 && (
            <DefinitionDiff
              before={{ title: t("workflowDescribe.before"), definition, yaml: proposal.beforeYaml }}
              after={{ title: t("workflowDescribe.after"), definition: proposal.definition, yaml: proposal.afterYaml }}
              changes={proposal.changes}
            />
          )}
          {takeError ? <Banner tone="danger" role="alert">{t.error(takeError)}</Banner> : null}
          <div className="DescribeChange-actions">
            {proposal.changes.length > 0 && (
              <Button
                tone="primary"
                isDisabled={proposal.problems.length > 0}
                isPending={isTaking}
                onPress={() => void onTake(proposal.definition).then(done, () => undefined)}
                data-testid="take-proposal"
              >
                {takeLabel}
              </Button>
            )}
            <Button onPress={done}>{t("workflowDescribe.discard")}</Button>
          </div>
        </section>
      )}
    </div>
  );
}
