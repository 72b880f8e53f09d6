export { type Access, accessOf, Caller, type Principal, Public, Requires } from './access.js';
export { Deprecated, DeprecationGuard } from './deprecation.js';
export { Drain } from './drain.js';
export { etagOf, isNotModified, requireMatch } from './etag.js';
export { EmailField, EnumQuery, IntegerQuery, ObjectField, StringField } from './input/fields.js';
export { IdParams } from './input/params.js';
export { InputGuard } from './input/input.guard.js';
export { addressOf } from './server/address.js';
export { HttpModule, setUpHttp } from './http.module.js';
export { Limited, LimitGuard, Unlimited } from './limits/limit.guard.js';
export { LimitsModule } from './limits/limits.module.js';
export { API_VERSIONS, type ApiVersion, createDocuments } from './openapi/documents.js';
export { Fails } from './openapi/fails.js';
export { serveDocuments } from './openapi/docs.routes.js';
export { pageOf, pagePolicy } from './page.html.js';
export { CursorCodec, invalidCursor } from './paging/cursor.js';
export {
  CursorPage,
  CursorQuery,
  cursorsOf,
  linkCursors,
  linkPages,
  type PageRequest,
  sliceOf,
} from './paging/page.js';
export { createFastifyAdapter } from './server/fastify.js';
export { sendProblem } from './server/problem-document.js';
export { answerInProblems } from './server/problem-replies.js';
export { SECURITY_HEADERS } from './server/security-headers.js';
export { unreadableRequestsAsProblems } from './server/unreadable-requests.js';
