import { defineProblem } from './problem.js';

/** Problems that any operation can return. */

export const invalidInput = defineProblem('invalid-input', {
  status: 400,
  title: 'Invalid input',
  about:
    'A field of the body, query or path is missing, unknown, out of range or of the wrong type. ' +
    '`errors` lists the invalid fields.',
  fix: 'Correct these fields and send the request again.',
});

export const malformedRequest = defineProblem('malformed-request', {
  status: 400,
  title: 'Malformed request',
  about: "The body isn't valid JSON in UTF-8, or the request line or a header is malformed.",
  fix: 'Correct the request and send it again.',
});

export const unauthenticated = defineProblem('unauthenticated', {
  status: 401,
  title: 'Authentication required',
  about: 'The access token or API key is missing, invalid or expired, or its session has ended.',
  fix: 'Sign in or refresh the session, then send the request again with the new access token.',
});

export const stepUpRequired = defineProblem('step-up-required', {
  status: 401,
  title: 'Recent sign-in required',
  about: 'This operation requires that you have signed in or stepped up within the last five minutes.',
  fix: 'Use `/auth/step-up`, then send the request again with the new access token.',
});

export const forbidden = defineProblem('forbidden', {
  status: 403,
  title: 'Permission denied',
  about:
    "You're authenticated, but your roles or your API key don't grant the permission this operation requires.",
  fix: 'Ask an administrator for a role that grants it.',
});

export const addressDenied = defineProblem('address-denied', {
  status: 403,
  title: 'Address denied',
  about: 'Requests from your IP address, or from its network, are not accepted.',
  fix: 'Ask whoever runs this service to allow it. A temporary ban ends by itself.',
});

export const sessionRequired = defineProblem('session-required', {
  status: 403,
  title: 'Session required',
  about: "This can't be done with an API key or while acting as another user.",
  fix: 'Send the access token of a signed-in user.',
});

export const secondFactorRequired = defineProblem('second-factor-required', {
  status: 403,
  title: 'Session without a second factor',
  about: 'Your role grants the permission this operation requires, but only in a session with two factors.',
  fix:
    "Add an authenticator app (`/auth/mfa/totp`) or a passkey (`/auth/passkeys`) if you don't have one. Then use it with " +
    '`/auth/step-up`, or sign in again, and send the request with the new access token.',
});

export const notFound = defineProblem('not-found', {
  status: 404,
  title: 'Not found',
  about: 'Nothing exists at this path.',
  fix: 'See /docs for all operations.',
});

export const methodNotAllowed = defineProblem('method-not-allowed', {
  status: 405,
  title: 'Method not allowed',
  about: "This path doesn't support the method.",
  fix: 'Use one of the methods that the `Allow` header lists.',
});

export const requestTimeout = defineProblem('request-timeout', {
  status: 408,
  title: 'Request timeout',
  about:
    'The headers of a request must arrive within 30 seconds, and its body within another 30. A file may take 10 minutes.',
  fix: 'Send the request again.',
});

export const conflict = defineProblem('conflict', {
  status: 409,
  title: 'Conflicting change',
  about: 'The resource was changed by another request at the same time.',
  fix: 'Get it again and retry your change.',
});

export const preconditionFailed = defineProblem('precondition-failed', {
  status: 412,
  title: 'Resource has changed',
  about: "The version in the `If-Match` header isn't the current one, or `If-None-Match` excludes it.",
  fix: 'Get the resource again, reapply your change and send it with the new `ETag`.',
});

export const payloadTooLarge = defineProblem('payload-too-large', {
  status: 413,
  title: 'Request body too large',
  about: 'A JSON body can be at most 100 KB, and a file to import at most 512 MB.',
  fix: 'Send a smaller body.',
});

export const crossSiteRequest = defineProblem('cross-site-request', {
  status: 403,
  title: 'Cross-site request blocked',
  about:
    'The browser sent this request from a page on another site. Management pages only accept changes made on the ' +
    'pages themselves, so that no other site can act on behalf of a signed-in operator.',
  fix: 'Open the management page itself and make the change there.',
});

export const managementTokenNeeded = defineProblem('management-token-needed', {
  status: 401,
  title: 'Management token required',
  about: 'Only operators may open this page.',
  fix: 'Send the value of `MANAGEMENT_TOKEN` as a bearer token. In a browser, enter it as the password with any username.',
});

export const misdirectedRequest = defineProblem('misdirected-request', {
  status: 421,
  title: 'Unknown host',
  about:
    'Management pages are only served at IP addresses, `localhost` and the names in `MANAGEMENT_HOSTS`. This ' +
    'protects them from DNS rebinding.',
  fix: 'Use one of those names or add yours to `MANAGEMENT_HOSTS`.',
});

export const uriTooLong = defineProblem('uri-too-long', {
  status: 414,
  title: 'Path too long',
  about: 'A path parameter is longer than any valid value.',
  fix: 'Check the URL.',
});

export const unsupportedMediaType = defineProblem('unsupported-media-type', {
  status: 415,
  title: 'Unsupported media type',
  about: "The body isn't in a format that this operation accepts.",
  fix:
    'Send it as one of the types listed for the operation, usually `application/json`, in UTF-8 and ' +
    'uncompressed. For a PATCH, `application/merge-patch+json` works too.',
});

export const expectationFailed = defineProblem('expectation-failed', {
  status: 417,
  title: 'Unsupported expectation',
  about: 'The only supported value of the `Expect` header is `100-continue`.',
  fix: 'Leave the header out.',
});

export const tooManyRequests = defineProblem('too-many-requests', {
  status: 429,
  title: 'Too many requests',
  about:
    "You've hit the rate limit. `RateLimit` and `RateLimit-Policy` on every response say how many requests are left.",
  fix: 'Wait for the number of seconds in `Retry-After` before the next request.',
});

export const headersTooLarge = defineProblem('headers-too-large', {
  status: 431,
  title: 'Request headers too large',
  about: 'The headers can be at most 16 KiB in total.',
  fix: "Send fewer or shorter headers. In a browser, delete this site's cookies.",
});

export const internalError = defineProblem('internal-error', {
  status: 500,
  title: 'Internal server error',
  about: 'Something went wrong on our end.',
  fix: 'If you report the problem, include the `requestId` so that we can find it in our logs.',
});

export const unavailable = defineProblem('unavailable', {
  status: 503,
  title: 'Service unavailable',
  about: 'The service is overloaded, or a server it depends on is down.',
  fix: 'Try again after the number of seconds in `Retry-After`.',
});

export const httpVersionNotSupported = defineProblem('http-version-not-supported', {
  status: 505,
  title: 'HTTP version not supported',
  about: 'The request uses an HTTP version other than 1.0 or 1.1.',
  fix: 'Send it with HTTP/1.1.',
});
