import type { Automation } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { useToast } from "@openclaw/ui";

import { Confirm } from "../../../shared/Confirm.tsx";
import { useDeleteAutomation } from "../queries.ts";

/** Asks before an automation goes with its history. `onGone`: for pages that cannot stay. */
export function DeleteAutomation({ automation, isOpen, onClose, onGone }: { automation: Automation; isOpen: boolean; onClose: () => void; onGone?: () => void }) {
  const t = useTranslator();
  const toast = useToast();
  const remove = useDeleteAutomation(automation.id);
  return (
    <Confirm
      isOpen={isOpen}
      title={t("automations.deleteTitle", { name: automation.name })}
      text={t("automations.deleteText")}
      actionLabel={t("app.delete")}
      isPending={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        // A promise, since callbacks of `mutate` die with the row, which goes when it succeeds.
        void remove.mutateAsync().then(
          () => {
            toast({ text: t("automations.deleted", { name: automation.name }) });
            onGone?.();
          },
          (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
        )
      }
    />
  );
}
