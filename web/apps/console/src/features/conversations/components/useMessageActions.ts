import { useTranslator } from "@openclaw/i18n";
import type { LiveMessage } from "@openclaw/realtime";
import { useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";

import { questionBefore } from "../model.ts";
import { useBranch, useResend } from "../queries.ts";

export interface MessageActions {
  retry: (answer: LiveMessage) => void;
  resend: (message: LiveMessage, text: string) => void;
  branch: (message: LiveMessage) => void;
}

/** What can be done with a message. The object stays the same, so that messages do not re-render for it. */
export function useMessageActions(conversationId: string, messages: readonly LiveMessage[]): MessageActions {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const { mutate: resend } = useResend(conversationId);
  const { mutate: branch } = useBranch(conversationId);
  const current = useRef(messages);
  current.current = messages;

  return useMemo(() => {
    const onError = (error: Error) => toast({ text: t.error(error), tone: "danger" });
    return {
      retry: (answer) => {
        const question = questionBefore(current.current, answer);
        if (question) resend({ messageId: question.id }, { onError });
      },
      resend: (message, text) => resend({ messageId: message.id, text }, { onError }),
      branch: (message) =>
        branch(message.id, {
          onError,
          onSuccess: ({ id }) => {
            toast({ text: t("chat.branched") });
            void navigate({ to: "/c/$conversationId", params: { conversationId: id } });
          },
        }),
    };
  }, [t, toast, navigate, resend, branch]);
}
