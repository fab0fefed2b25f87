/** Who is signed in. The pages are in `module.tsx`, which only `app/` mounts. */
export { describeUserAgent } from "./model.ts";
export { accountQuery, authConfigQuery, useAccount, useSignOut } from "./queries.ts";
