/** Words for codes that the server answers with. Codes that are not here keep the server's own words. */
export const errors = {
  "error.identity.invalid_credentials": "The username, email or password is not right.",
  "error.identity.account_locked": "Too many wrong passwords. This account is locked for a while; try again in {minutes} minutes.",
  "error.identity.registration_closed": "Sign-up is closed on this server.",
  "error.identity.invitation_required": "Sign-up needs an invitation.",
  "error.identity.username_taken": "That username is taken.",
  "error.identity.email_taken": "An account with that email exists already.",
  "error.identity.weak_password": "That password is too weak. Choose a longer one.",
  "error.request.rate_limited": "That was too fast. Wait a moment and try again.",
  "error.network.unreachable": "The server cannot be reached. Check your connection.",
  "error.unknown": "Something went wrong. Try again.",
} as const;
