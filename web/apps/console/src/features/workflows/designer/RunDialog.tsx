import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dialog } from "@openclaw/ui";

import { AnswerForm, useAnswer } from "../../../shared/form/AnswerForm.tsx";
import { propertiesOf } from "../../../shared/form/schema.ts";
import type { Definition } from "../canvas/definition.ts";

export interface RunDialogProps {
  definition: Definition;
  isPending: boolean;
  error: string | null;
  onStart: (input: Record<string, unknown>) => void;
  onClose: () => void;
}

/** What the run is given: a form made from the workflow's input schema. */
export function RunDialog({ definition, isPending, error, onStart, onClose }: RunDialogProps) {
  const t = useTranslator();
  const answer = useAnswer(definition.input);
  const submit = () => {
    const input = answer.read();
    if (input) onStart(input);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("designer.runTitle", { name: definition.name })}
      closeLabel={t("app.close")}
      size="s"
      data-testid="run-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" icon="play" onPress={submit} isPending={isPending} data-testid="start-run">
            {t("designer.run")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <AnswerForm answer={answer} wholeLabel={t("workflowRun.inputJson")} />
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
      {error && <Banner tone="danger" role="alert">{error}</Banner>}
    </Dialog>
  );
}

/** Whether a run has to be asked for its input. */
export function takesInput(definition: Definition): boolean {
  return propertiesOf(definition.input ?? {}).length > 0;
}
