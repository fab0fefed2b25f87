import type { JsonSchema } from "../../../../shared/form/schema.ts";
import type { Scope } from "../model/scope.ts";
import type { PluginsView } from "../usePlugins.ts";

/** What every field of a form may need of what is around it. */
export interface FieldContext {
  /** Where references of the schema are looked up. */
  root: JsonSchema;
  scope: Scope | null;
  takesSecrets: boolean;
  /** What a plugin step may name. */
  plugins: PluginsView;
  /** Names of the workspace's secrets. */
  secrets: readonly string[];
  /** Takes a secret into use: the workflow has to list it. */
  useSecret: (name: string, value: unknown, onChange: (value: unknown) => void) => void;
  /** What is wrong with a field, in words; null when nothing is. */
  problemAt: (field: string) => string | null;
  /** Our words for a field of a step; null for one of a schema that we have no words for. */
  labelOf: (field: string) => string | null;
}
