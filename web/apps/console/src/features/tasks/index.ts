/** What people want done, launched and watched. The pages are in `module.tsx`, which only `app/` mounts. */
export { ResultLine } from "./ResultLine.tsx";
export { TaskRunRow } from "./list/TaskRunRow.tsx";
export { shownOf, type Shown } from "./model.ts";
export { useLaunch, useTaskRuns } from "./queries.ts";
