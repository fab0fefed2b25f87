/** How runs of workflows stand. The pages are in `module.tsx`, which only `app/` mounts. */
export { RunBadge, RunDot } from "./runs/RunBadge.tsx";
