import type { Approval } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { ApprovalCard, isToolName, toolIcon, toolSubject, wayTo } from "../agents/index.ts";

import "./ApprovalRow.css";

/** A question that waits: what it is about in a line, all of it and the answers when opened. */
export function ApprovalRow({ approval }: { approval: Approval }) {
  const t = useTranslator();
  const [isOpen, setOpen] = useState(false);
  const { tool, device, expiresAt, grade } = approval;
  const name = isToolName(tool) ? t(`tool.${tool}`) : tool;
  const facts = [toolSubject(tool, approval.arguments), t("dashboard.until", { when: t.format.relative(expiresAt) })].filter(Boolean);
  return (
    <li className="ApprovalRow" data-testid="approval-row">
      <div className="ApprovalRow-head">
        <Icon name={toolIcon(tool)} />
        <div className="ApprovalRow-text">
          <div className="ApprovalRow-title">
            <Link {...wayTo(approval)} className="ApprovalRow-link">
              {device ? t("dashboard.approvalOf", { tool: name, device: device.name }) : t("dashboard.approvalAsks", { tool: name })}
            </Link>
            {grade === "high" && <Badge tone="danger">{t("dashboard.high")}</Badge>}
          </div>
          <p className="ApprovalRow-facts">{facts.join(" · ")}</p>
        </div>
        <Button size="s" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)} data-testid="approval-open">
          {t(isOpen ? "app.close" : "dashboard.answer")}
        </Button>
      </div>
      {isOpen && (
        <div className="ApprovalRow-card">
          <ApprovalCard approval={approval} />
        </div>
      )}
    </li>
  );
}
