/** What work has made. The pages are in `module.tsx`, which only `app/` mounts. */
export { SavedResult } from "./SavedResult.tsx";
export { readSearch } from "./model.ts";
