import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Select, Skeleton } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { Page } from "../../../shared/Page.tsx";
import { SearchField } from "../../../shared/SearchField.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { SHOWN, type Shown } from "../model.ts";
import { useTasks } from "../queries.ts";
import { TaskRow } from "./TaskRow.tsx";

import "./TasksPage.css";

/** What is to be done, and how each stands by its latest run. */
export function TasksPage({ shown, q }: { shown: Shown; q: string }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const tasks = useTasks(shown, q);
  useTitle(t("tasks.title"));

  const items = tasks.data?.pages.flatMap((page) => page.items) ?? [];
  const isFresh = tasks.data !== undefined && items.length === 0 && shown === "all" && q === "";
  const show = (next: Shown, words: string) =>
    void navigate({ to: "/tasks", search: { ...(next === "all" ? {} : { show: next }), ...(words ? { q: words } : {}) }, replace: true });
  const launch = (
    <Button tone="primary" icon="plus" onPress={() => void navigate({ to: "/tasks/new" })} data-testid="new-task">
      {t("tasks.new")}
    </Button>
  );
  return (
    <Page title={t("tasks.title")} description={t("tasks.description")} action={!isFresh && launch}>
      {tasks.error && (
        <Banner tone="danger" role="alert" title={t("tasks.loadFailed")} action={<Button onPress={() => void tasks.refetch()}>{t("app.retry")}</Button>}>
          {t.error(tasks.error)}
        </Banner>
      )}
      {isFresh ? (
        <EmptyState title={t("tasks.empty")} action={launch}>
          {t("tasks.emptyText")}
        </EmptyState>
      ) : (
        <div className="TasksPage-filter">
          <SearchField label={t("tasks.search")} value={q} onChange={(words) => show(shown, words)} />
          <Select
            label={t("tasks.shown")}
            isLabelHidden
            value={shown}
            options={SHOWN.map((value) => ({ value, label: t(`tasks.show.${value}`) }))}
            onChange={(next) => show(next, q)}
            data-testid="tasks-shown"
          />
        </div>
      )}
      {tasks.isPending && <Skeleton label={t("app.loading")} isBlock />}
      {items.length > 0 && (
        <Rows label={t("tasks.title")}>
          {items.map((task) => (
            <TaskRow key={task.id} task={task} />
          ))}
        </Rows>
      )}
      {tasks.data && items.length === 0 && q !== "" && <EmptyState title={t("tasks.noneFound")} />}
      {tasks.data && items.length === 0 && q === "" && shown !== "all" && <EmptyState title={t(`tasks.none.${shown}`)} />}
      {tasks.hasNextPage && (
        <div className="TasksPage-more">
          <Button isPending={tasks.isFetchingNextPage} onPress={() => void tasks.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </Page>
  );
}
