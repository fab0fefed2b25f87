import { isApiError, type WorkflowProblem } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner } from "@openclaw/ui";

import "./Problems.css";

/** What is wrong with a definition, all of it, when the server refused it for that; else null. */
export function problemsOf(error: unknown): readonly WorkflowProblem[] | null {
  if (!isApiError(error, "workflows.invalid_definition")) return null;
  const { problems } = error.data;
  return Array.isArray(problems) ? (problems as WorkflowProblem[]) : null;
}

/** Everything that is wrong with a definition, each with its place. */
export function Problems({ problems }: { problems: readonly WorkflowProblem[] }) {
  const t = useTranslator();
  return (
    <Banner tone="danger" role="alert" title={t.count("workflows.problems", problems.length)} data-testid="problems">
      <ul className="Problems">
        {problems.map(({ path, code, message }, index) => (
          <li key={index}>
            <code className="Problems-path">{path}</code> <span data-code={code}>{message}</span>
          </li>
        ))}
      </ul>
    </Banner>
  );
}
