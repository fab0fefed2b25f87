/** The faults of one style sheet, each as `path:line: what: text`. */
export function styleFaults(path: string, css: string): string[];
/** The faults of sheets that have one name. */
export function nameFaults(paths: readonly string[]): string[];
