import type { MessageKey, Translator } from "@openclaw/i18n";

/** Why a step failed, by the codes that steps fail with; the server's own words say the rest. */
const WORDS: Readonly<Record<string, MessageKey>> = {
  timeout: "stepFailure.timeout",
  device_timeout: "stepFailure.deviceTimeout",
  expression_failed: "stepFailure.expression",
  http_status: "stepFailure.httpStatus",
  no_answer: "stepFailure.noAnswer",
  no_such_host: "stepFailure.noAnswer",
  private_address: "stepFailure.privateAddress",
  wrong_url: "stepFailure.wrongUrl",
  wrong_request: "stepFailure.wrongUrl",
  refused: "stepFailure.refused",
  no_recorded_output: "stepFailure.noRecordedOutput",
  not_available: "stepFailure.notAvailable",
  wrong_output: "stepFailure.wrongOutput",
  wrong_answer: "stepFailure.wrongOutput",
  limit_met: "stepFailure.limit",
  no_such_device: "stepFailure.noDevice",
  no_such_secret: "stepFailure.noSecret",
  no_such_workflow: "stepFailure.noWorkflow",
  subworkflow_failed: "stepFailure.subworkflow",
};

export function failureTitle(t: Translator, code: string): string {
  return t(WORDS[code] ?? "stepFailure.other");
}
