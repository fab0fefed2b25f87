import { segment, type Http, type Paging, type Signal } from "./http.ts";
import type * as Types from "./types.ts";

/** Workflows and their versions, the language they are written in, and their runs. */
export function workflows(http: Http) {
  const at = (id: string) => `/workflows/${segment(id)}`;
  return {
    language: (signal?: Signal) => http.json<Types.JsonObject>("GET", "/workflow-language", { signal }),
    check: (body: Types.CheckWorkflowInput, signal?: Signal) =>
      http.json<Types.CheckedWorkflow>("POST", "/workflow-language/check", { body, signal }),
    /** What the workspace's model would make of a definition; nothing is saved. */
    propose: (body: Types.ProposeInput, signal?: Signal) =>
      http.json<Types.WorkflowProposal>("POST", "/workflow-language/propose", { body, signal }),
    list: (query: { q?: string; status?: Types.WorkflowStatus } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.ListedWorkflow>>("GET", "/workflows", { query: { ...query }, signal }),
    get: (id: string, version?: number, signal?: Signal) =>
      http.json<Types.WorkflowDetail>("GET", at(id), { query: { version }, signal }),
    yaml: (id: string, version?: number, signal?: Signal) =>
      http.json<{ yaml: string }>("GET", `${at(id)}/yaml`, { query: { version }, signal }),
    create: (body: Types.SaveWorkflowInput) => http.json<Types.WorkflowDetail>("POST", "/workflows", { body }),
    save: (id: string, body: Types.SaveWorkflowInput) => http.json<Types.WorkflowDetail>("PUT", at(id), { body }),
    activate: (id: string, version?: number) =>
      http.json<Types.Workflow>("POST", `${at(id)}/activate`, { body: version === undefined ? {} : { version } }),
    archive: (id: string) => http.json<Types.Workflow>("POST", `${at(id)}/archive`),
    /** For good, with its versions and everybody's runs of it. */
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    versions: (id: string, signal?: Signal) =>
      http.json<Types.Page<Types.WorkflowVersion>>("GET", `${at(id)}/versions`, { signal }),
    compare: (id: string, before: number, after: number, signal?: Signal) =>
      http.json<Types.Page<Types.WorkflowChange>>("GET", `${at(id)}/diff`, { query: { before, after }, signal }),
    secrets: (signal?: Signal) => http.json<Types.Page<Types.WorkflowSecret>>("GET", "/workflow-secrets", { signal }),
    putSecret: (body: Types.WorkflowSecretInput) => http.json<void>("PUT", "/workflow-secrets", { body }),
    deleteSecret: (name: string) => http.json<void>("DELETE", "/workflow-secrets", { query: { name } }),
    start: (id: string, body: Types.StartWorkflowInput) =>
      http.json<Types.WorkflowRun>("POST", `${at(id)}/runs`, { body }),
  };
}

export function workflowRuns(http: Http) {
  const at = (id: string) => `/workflow-runs/${segment(id)}`;
  return {
    list: (query: Types.WorkflowRunFilter & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.WorkflowRunSummary>>("GET", "/workflow-runs", { query: { ...query }, signal }),
    get: (id: string, signal?: Signal) => http.json<Types.WorkflowRun>("GET", at(id), { signal }),
    /** With `after`, what has changed since that `seq`. */
    steps: (id: string, paging: { after?: number } & Paging, signal?: Signal) =>
      http.json<Types.Page<Types.WorkflowStepRun>>("GET", `${at(id)}/steps`, { query: { ...paging }, signal }),
    step: (id: string, stepRunId: string, signal?: Signal) =>
      http.json<Types.WorkflowStepRun>("GET", `${at(id)}/steps/${segment(stepRunId)}`, { signal }),
    /** A file that a step of the run gave back; code of others made it. */
    file: (id: string, fileId: string, signal?: Signal) => http.blob(`${at(id)}/files/${segment(fileId)}`, { signal }),
    answer: (id: string, stepRunId: string, body: Types.WorkflowAnswerInput) =>
      http.json<void>("POST", `${at(id)}/steps/${segment(stepRunId)}/answer`, { body }),
    /** For the step that waits for that name, now or later. */
    signal: (id: string, body: Types.WorkflowSignalInput) => http.json<void>("POST", `${at(id)}/signals`, { body }),
    /** For good, with its files and the runs that it started. */
    remove: (id: string) => http.json<void>("DELETE", at(id)),
    cancel: (id: string) => http.json<Types.WorkflowRun>("POST", `${at(id)}/cancel`),
    pause: (id: string) => http.json<Types.WorkflowRun>("POST", `${at(id)}/pause`),
    resume: (id: string) => http.json<Types.WorkflowRun>("POST", `${at(id)}/resume`),
    repeat: (id: string, body: Types.RepeatWorkflowInput) =>
      http.json<Types.WorkflowRun>("POST", `${at(id)}/repeat`, { body }),
  };
}
