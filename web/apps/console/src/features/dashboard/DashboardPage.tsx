import type { Dashboard } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, Rows, Section, Skeleton } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";

import { Page } from "../../shared/Page.tsx";
import { useTitle } from "../../shared/useTitle.ts";
import { NotificationItem } from "../notifications/index.ts";
import { ApprovalRow } from "./ApprovalRow.tsx";
import { Cost } from "./Cost.tsx";
import { Machines } from "./Machines.tsx";
import { countNeeds, together } from "./model.ts";
import { useDashboard } from "./queries.ts";
import { Results } from "./Results.tsx";
import { WorkRow } from "./WorkRow.tsx";

import "./DashboardPage.css";

/** The first page: what needs one, what is running, what was done; machines, and what it cost. */
export function DashboardPage() {
  const t = useTranslator();
  const navigate = useNavigate();
  const dashboard = useDashboard();
  useTitle(t("dashboard.title"));
  const actions = (
    <div className="DashboardPage-actions">
      <Button icon="plus" onPress={() => void navigate({ to: "/chat" })}>
        {t("conversations.new")}
      </Button>
      <Button tone="primary" icon="plus" onPress={() => void navigate({ to: "/tasks/new" })} data-testid="dashboard-new-task">
        {t("tasks.new")}
      </Button>
    </div>
  );
  return (
    <Page title={t("dashboard.title")} description={t("dashboard.greeting")} action={actions} isWide>
      {dashboard.error && (
        <Banner tone="danger" role="alert" title={t("dashboard.loadFailed")} action={<Button onPress={() => void dashboard.refetch()}>{t("app.retry")}</Button>}>
          {t.error(dashboard.error)}
        </Banner>
      )}
      {dashboard.isPending && <Skeleton label={t("app.loading")} lines={6} isBlock />}
      {dashboard.data && <Shown seen={dashboard.data} />}
    </Page>
  );
}

function Shown({ seen }: { seen: Dashboard }) {
  const t = useTranslator();
  const running = together(seen.running);
  const finished = together(seen.finished);
  const more = seen.running.taskCount + seen.running.workflowCount - running.length;
  return (
    <div className="DashboardPage" data-testid="dashboard">
      <div className="DashboardPage-main">
        <Needs needs={seen.needs} />
        <Section title={t("dashboard.running")}>
          {running.length === 0 ? (
            <p className="DashboardPage-nothing">{t("dashboard.runningNothing")}</p>
          ) : (
            <Rows label={t("dashboard.running")}>
              {running.map((work) => (
                <WorkRow key={work.run.id} work={work} />
              ))}
            </Rows>
          )}
          <p className="DashboardPage-way">
            <Link to="/tasks" search={more > 0 ? { show: "running" } : {}}>
              {more > 0 ? t.count("dashboard.moreRunning", more) : t("dashboard.allTasks")}
            </Link>
          </p>
        </Section>
        <Section title={t("dashboard.finished")}>
          {finished.length === 0 ? (
            <p className="DashboardPage-nothing">{t("dashboard.finishedNothing")}</p>
          ) : (
            <Rows label={t("dashboard.finished")}>
              {finished.map((work) => (
                <WorkRow key={work.run.id} work={work} />
              ))}
            </Rows>
          )}
        </Section>
      </div>
      <div className="DashboardPage-side">
        <Results results={seen.finished.results} />
        <Machines machines={seen.machines} />
        <Cost cost={seen.cost} />
      </div>
    </div>
  );
}

/** What waits for a person, the most pressing first. */
function Needs({ needs }: Pick<Dashboard, "needs">) {
  const t = useTranslator();
  const count = countNeeds(needs);
  return (
    <Section title={t("dashboard.needs")} action={count > 0 && <Badge tone="attention">{t.format.number(count)}</Badge>}>
      {count === 0 ? (
        <p className="DashboardPage-nothing">{t("dashboard.needsNothing")}</p>
      ) : (
        <ul className="DashboardPage-needs" aria-label={t("dashboard.needs")} data-testid="needs">
          {needs.approvals.map((approval) => (
            <ApprovalRow key={approval.id} approval={approval} />
          ))}
          {needs.notifications.map((notification) => (
            <NotificationItem key={notification.id} notification={notification} />
          ))}
          {together(needs).map((work) => (
            <WorkRow key={work.run.id} work={work} />
          ))}
        </ul>
      )}
    </Section>
  );
}
