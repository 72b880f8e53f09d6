export { addressOf, canonicalAddress } from './address.js';
export { closeInTime } from './closing.js';
export { MethodTable } from './method-table.js';
export { perHandler } from './per-handler.js';
export type { Principal, SessionPrincipal } from './principal.js';
export { problemDocument, sendProblem } from './problem-document.js';
export { replyWithProblems } from './problem-replies.js';
export { SECURITY_HEADERS, securityHeadersFor } from './security-headers.js';
export { unreadableRequestsAsProblems } from './unreadable-requests.js';
