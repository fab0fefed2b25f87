/** What one sees first. The page is in `module.tsx`, which only `app/` mounts. */
export { isQuiet } from "./model.ts";
export { dashboardQuery } from "./queries.ts";
