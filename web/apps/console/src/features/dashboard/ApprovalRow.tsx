import type { Approval, TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Icon, Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ApprovalCard, isToolName, toolIcon, toolSubject } from "../agents/index.ts";
import { wayTo } from "./model.ts";

import "./ApprovalRow.css";

/** A question that waits: what it is about in a line, all of it and the answers when opened. */
export function ApprovalRow({ approval, tasks }: { approval: Approval; tasks: readonly TaskRun[] }) {
  const t = useTranslator();
  const [isOpen, setOpen] = useState(false);
  const { tool, device, expiresAt, grade } = approval;
  const name = isToolName(tool) ? t(`tool.${tool}`) : tool;
  const facts = [toolSubject(tool, approval.arguments), t("dashboard.until", { when: t.format.relative(expiresAt) })].filter(Boolean);
  return (
    <Row
      data-testid="approval-row"
      leading={<Icon name={toolIcon(tool)} />}
      title={
        <Link {...wayTo(approval, tasks)} className="ApprovalRow-link">
          {device ? t("dashboard.approvalOf", { tool: name, device: device.name }) : t("dashboard.approvalAsks", { tool: name })}
        </Link>
      }
      badges={grade === "high" && <Badge tone="danger">{t("dashboard.high")}</Badge>}
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {isOpen && (
            <div className="ApprovalRow-card">
              <ApprovalCard approval={approval} />
            </div>
          )}
        </>
      }
      actions={
        <Button size="s" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)} data-testid="approval-open">
          {t(isOpen ? "app.close" : "dashboard.answer")}
        </Button>
      }
    />
  );
}
