import type { Profile } from "./profile.ts";

/** What every part of the editor is given. */
export interface Editing {
  profile: Profile;
  change: (part: Partial<Profile>) => void;
  /** What is wrong at a place such as `roles.0.name`, in words. */
  problemAt: (path: string) => string | null;
  /** Whether something is wrong at the place or below it. */
  hasProblem: (path: string) => boolean;
}
