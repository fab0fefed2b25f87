/**
 * Words for codes that a person meets without having done anything technical. The server answers in the chosen
 * language too; for every other code its own words are shown.
 */
export const errors = {
  "error.identity.invalid_credentials": "The username, email or password is not right.",
  "error.identity.locked": "Too many wrong passwords. This account is locked for a while; try again in {minutes} min.",
  "error.identity.registration_closed": "Sign-up is closed on this server.",
  "error.identity.invitation_needed": "Sign-up here needs a valid invitation.",
  "error.identity.taken": "An account with that username or email exists already.",
  "error.request.rate_limited": "That was too fast. Wait a moment and try again.",
  "error.bridge.link_declined": "It was not confirmed at the machine.",
  "error.bridge.already_linked": "The bridge has a link already. Run “openclaw bridge unlink” on the machine first.",
  "error.bridge.link_in_progress": "Another link is waiting for an answer at the machine.",
  "error.automations.wrong_secret": "That is no secret of a webhook: one begins with whsec_.",
  "error.network.unreachable": "The server cannot be reached. Check your connection.",
  "error.unknown": "Something went wrong. Try again.",
} as const;
