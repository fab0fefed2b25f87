/** The layers of the web client. Read top to bottom: each may import only what is below it. */
const FEATURE = "^apps/[^/]+/src/features/([^/]+)/";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    {
      name: "features-meet-at-index",
      comment: "Another feature is imported by its index.ts only.",
      severity: "error",
      from: { path: FEATURE },
      to: { path: FEATURE, pathNot: ["^apps/[^/]+/src/features/$1/", "^apps/[^/]+/src/features/[^/]+/index\\.ts$"] },
    },
    {
      name: "only-app-mounts-modules",
      comment: "app/ takes index.ts and module.tsx of a feature, nothing deeper; nobody else takes a module.tsx.",
      severity: "error",
      from: { path: "^apps/[^/]+/src/app/" },
      to: { path: FEATURE, pathNot: "^apps/[^/]+/src/features/[^/]+/(index\\.ts|module\\.tsx)$" },
    },
    {
      name: "shared-never-looks-up",
      severity: "error",
      from: { path: "^apps/[^/]+/src/shared/" },
      to: { path: "^apps/[^/]+/src/(app|features)/" },
    },
    {
      name: "features-never-look-up",
      severity: "error",
      from: { path: "^apps/[^/]+/src/features/" },
      to: { path: "^apps/[^/]+/src/app/" },
    },
    { name: "packages-never-look-up", severity: "error", from: { path: "^packages/" }, to: { path: "^apps/" } },
    {
      name: "packages-by-their-index",
      severity: "error",
      from: { path: "^(apps|packages/([^/]+))/" },
      to: { path: "^packages/[^/]+/src/", pathNot: ["^packages/[^/]+/src/index\\.ts$", "^packages/$2/"] },
    },
    {
      name: "api-and-realtime-without-react",
      severity: "error",
      from: { path: "^packages/(api|realtime)/" },
      to: { path: "(^|/)node_modules/(react|react-dom|@tanstack|react-aria[^/]*)/|^packages/(ui|i18n)/" },
    },
    {
      name: "ui-and-i18n-know-no-product",
      severity: "error",
      from: { path: "^packages/(ui|i18n)/" },
      to: { path: "^packages/(api|realtime)/" },
    },
    {
      name: "apps-are-independent",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^virtual:" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.css$|/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"], extensions: [".ts", ".tsx", ".js", ".mjs", ".d.ts"] },
  },
};
