import type { SystemDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner } from "@openclaw/ui";

import { DoneThere, KeptThere } from "../vault/KeptThere.tsx";
import { draftOf, profileOf } from "./profile.ts";
import { ProfileEditor } from "./ProfileEditor.tsx";
import { ProfileView } from "./ProfileView.tsx";

import "./ProfilePart.css";

/** What a system is made of: edited by those who may, read by the others, and on its machine where it is kept there. */
export function ProfilePart({ system }: { system: SystemDetail }) {
  const t = useTranslator();
  const draft = draftOf(system);
  if (!draft || !system.profile) {
    return (
      <div className="ProfilePart">
        <KeptThere system={system} />
        <DoneThere system={system} purpose="profile" />
      </div>
    );
  }
  if (!system.mayEdit || system.status === "archived") {
    return (
      <div className="ProfilePart">
        <Banner>{t(system.status === "archived" ? "systemProfile.archived" : "systemProfile.readOnly")}</Banner>
        <ProfileView profile={profileOf(system.profile)} />
      </div>
    );
  }
  return <ProfileEditor system={system} initial={draft} />;
}
