export { ACCEPTED, Accepted } from './accepted.js';
export {
  type Access,
  accessOf,
  BEARER,
  Caller,
  callerOf,
  isAboutSigningIn,
  needsSession,
  Public,
  REFRESH_COOKIE,
  Requires,
} from './access.js';
export { Deprecated, DeprecationGuard } from './deprecation.js';
export { HttpModule, setUpHttp } from './http.module.js';
export { Idempotent } from './idempotency/idempotency.interceptor.js';
export {
  BooleanField,
  BooleanQuery,
  EmailField,
  EnumField,
  EnumQuery,
  IntegerQuery,
  NumberField,
  ObjectField,
  StringField,
  StringListField,
  UuidField,
} from './input/fields.js';
export { AcceptsForm } from './input/form-body.js';
export { InstantField, instantOf, InstantQuery } from './input/instant.js';
export { IgnoresAddressRules } from './server/ignores-address-rules.js';
export { IgnoresBody } from './input/ignores-body.js';
export { IgnoresUnknown } from './input/ignores-unknown.js';
export { InputGuard } from './input/input.guard.js';
export { InputPipe } from './input/input.pipe.js';
export { OptionalBody } from './input/optional-body.js';
export { IdParams } from './input/params.js';
export { AcceptsStream, StreamedBody } from './input/streamed-body.js';
export { serveDocuments } from './docs/docs.routes.js';
export { API_VERSIONS, createDocuments, LATEST_VERSION } from './openapi/documents.js';
export { Fails } from './openapi/fails.js';
export { responseHeaders } from './openapi/headers.js';
export { requireAccessRules } from './openapi/routes.js';
export { defineTag } from './openapi/tag.js';
export { html, type Html, pageLanguage, pageOf, pagePolicy } from './pages/page.html.js';
export { servePages } from './pages/pages.routes.js';
export type { StartLink } from './pages/start.page.js';
export { Cursors, invalidCursor } from './paging/cursor.js';
export { CursorPage, CursorQuery, linkPages } from './paging/page.js';
export {
  ConditionalChange,
  ConditionalGet,
  type Conditions,
  conditionsOf,
  etagOf,
  unlessKnown,
} from './preconditions.js';
export { cookieOf, setCookie } from './server/cookies.js';
export {
  EVENT_STREAM,
  type EventStream,
  eventText,
  KEEP_ALIVE,
  reconnectAfter,
  sendEventStream,
} from './server/event-stream.js';
export { createFastifyAdapter } from './server/fastify.js';
export { StartedJobResponse, toStartedJob } from './started-job.js';
export { ProblemFilter } from './server/problem.filter.js';
