import { useTranslator } from "@openclaw/i18n";
import { IconButton } from "@openclaw/ui";
import { Panel, useReactFlow, type FitViewOptions } from "@xyflow/react";

/** Nearer, farther, all of it. */
export function CanvasControls({ fit }: { fit: FitViewOptions }) {
  const t = useTranslator();
  const flow = useReactFlow();
  return (
    <Panel position="bottom-left" className="WorkflowCanvas-controls">
      <IconButton icon="plus" label={t("canvas.zoomIn")} size="s" onPress={() => void flow.zoomIn()} />
      <IconButton icon="minus" label={t("canvas.zoomOut")} size="s" onPress={() => void flow.zoomOut()} />
      <IconButton icon="fit" label={t("canvas.fit")} size="s" onPress={() => void flow.fitView(fit)} />
    </Panel>
  );
}
