import { useTranslator } from "@openclaw/i18n";
import { Banner, Button } from "@openclaw/ui";

import { fieldOfPlace, type Placed } from "./problems.ts";
import { goToPart } from "./places.ts";

import "./ProfileProblems.css";

/** Everything that is wrong with a profile, each with the way to its place. */
export function ProblemList({ problems }: { problems: readonly Placed[] }) {
  const t = useTranslator();
  return (
    <Banner tone="danger" role="alert" title={t.count("systemProfile.problems", problems.length)} data-testid="profile-problems">
      <ul className="ProfileProblems">
        {problems.map(({ path, message }) => {
          const field = fieldOfPlace(path);
          return (
            <li key={`${path} ${message}`} className="ProfileProblems-item">
              {field && (
                <Button size="s" tone="quiet" onPress={() => goToPart(field)}>
                  {t(`systemProfile.field.${field}`)}
                </Button>
              )}
              <span className="ProfileProblems-text">{message}</span>
            </li>
          );
        })}
      </ul>
    </Banner>
  );
}
