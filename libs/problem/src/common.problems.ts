import { defineProblem } from './problem.js';

/** Problems that any operation may answer with. */

export const invalidInput = defineProblem('invalid-input', {
  status: 400,
  title: 'The input is invalid',
  about:
    'A member of the body, the query or the path is missing, unknown, of the wrong type or out of its bounds. ' +
    '`errors` names each one by an RFC 6901 pointer. Correct them and send the request again.',
});

export const malformedRequest = defineProblem('malformed-request', {
  status: 400,
  title: 'The request could not be read',
  about: 'The body is not well-formed JSON in UTF-8, or the request line or a header is malformed.',
});

export const unauthenticated = defineProblem('unauthenticated', {
  status: 401,
  title: 'A valid access token is needed',
  about:
    'The request carried no access token, or one that is malformed, expired, or of a session that has ended. ' +
    'Sign in, or trade the refresh token for a new access token, and send the request again.',
});

export const forbidden = defineProblem('forbidden', {
  status: 403,
  title: 'This is not allowed',
  about: 'The access token is valid, but its roles do not grant the permission that the operation needs.',
});

export const notFound = defineProblem('not-found', {
  status: 404,
  title: 'There is nothing here',
  about: 'No operation and no resource has this path. The documents under /docs list all operations.',
});

export const methodNotAllowed = defineProblem('method-not-allowed', {
  status: 405,
  title: 'The method is not allowed here',
  about: 'The path exists, but not with this method. The `Allow` header lists the methods it has.',
});

export const requestTimeout = defineProblem('request-timeout', {
  status: 408,
  title: 'The request took too long to arrive',
  about: 'Headers and body have to arrive within 30 seconds. Send the request again.',
});

export const conflict = defineProblem('conflict', {
  status: 409,
  title: 'The request conflicts with the current state',
  about: 'Somebody else changed the resource at the same time. Read it again and repeat the change.',
});

export const preconditionFailed = defineProblem('precondition-failed', {
  status: 412,
  title: 'The resource has changed',
  about:
    'The `If-Match` header names another version than the current one. Read the resource again, ' +
    'apply the change to it, and send it with the new `ETag`.',
});

export const payloadTooLarge = defineProblem('payload-too-large', {
  status: 413,
  title: 'The body is too large',
  about: 'A JSON body may have 100 KB at most.',
});

export const crossSiteRequest = defineProblem('cross-site-request', {
  status: 403,
  title: 'The request comes from another site',
  about:
    'A page of another origin made the browser send this. Management pages take changes from themselves only, so that no ' +
    'other site can act in the name of an operator who is signed in there.',
});

export const managementTokenNeeded = defineProblem('management-token-needed', {
  status: 401,
  title: 'The management token is needed',
  about:
    'Send the value of `MANAGEMENT_TOKEN` as a bearer token or, in a browser, as the password with any user name.',
});

export const misdirectedRequest = defineProblem('misdirected-request', {
  status: 421,
  title: 'The host is not one of this server',
  about:
    'Management pages answer under IP addresses, `localhost` and the names in `MANAGEMENT_HOSTS`, so that no site can ' +
    'reach them through a DNS name of its own (DNS rebinding). Use one of those, or add the name.',
});

export const uriTooLong = defineProblem('uri-too-long', {
  status: 414,
  title: 'The path is too long',
  about: 'A path parameter has more characters than any valid one.',
});

export const unsupportedMediaType = defineProblem('unsupported-media-type', {
  status: 415,
  title: 'The media type is not supported',
  about:
    'Send the body as `application/json`; a PATCH may also be `application/merge-patch+json`. The charset is UTF-8, ' +
    'and the body is not compressed.',
});

export const expectationFailed = defineProblem('expectation-failed', {
  status: 417,
  title: 'The expectation can not be met',
  about: 'The only expectation in an `Expect` header that is understood is `100-continue`.',
});

export const tooManyRequests = defineProblem('too-many-requests', {
  status: 429,
  title: 'Too many requests',
  about:
    'The caller has used up its limit. `Retry-After` tells in how many seconds the next request is served; ' +
    '`RateLimit` and `RateLimit-Policy` on every answer tell how much is left.',
});

export const headersTooLarge = defineProblem('headers-too-large', {
  status: 431,
  title: 'The headers are too large',
  about: 'All headers together may have 16 KiB at most.',
});

export const internalError = defineProblem('internal-error', {
  status: 500,
  title: 'Something went wrong on our side',
  about: 'The failure is logged under the `requestId`. Quote it when you report the problem.',
});

export const unavailable = defineProblem('unavailable', {
  status: 503,
  title: 'The service can not answer right now',
  about:
    'A server it depends on does not answer, or too much work is waiting. Nothing was changed. ' +
    '`Retry-After` tells when to try again.',
});
