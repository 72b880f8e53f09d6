export { type Access, accessOf, Caller, Public, Requires } from './access.js';
export { Deprecated, DeprecationGuard } from './deprecation.js';
export { etagOf, isNotModified, requireMatch } from './etag.js';
export { HttpModule, setUpHttp } from './http.module.js';
export { Idempotent } from './idempotency/idempotency.interceptor.js';
export { EmailField, EnumQuery, IntegerQuery, ObjectField, StringField } from './input/fields.js';
export { InputGuard } from './input/input.guard.js';
export { IdParams } from './input/params.js';
export { serveDocuments } from './openapi/docs.routes.js';
export { API_VERSIONS, type ApiVersion, createDocuments } from './openapi/documents.js';
export { Fails } from './openapi/fails.js';
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
