import { LATEST_VERSION } from '../openapi/documents.js';
import { html } from '../pages/page.html.js';
import { type PageContext, sample } from './operation.html.js';
import { idempotency, limits, paging, preconditions } from './guide.requests.html.js';
import type { GuideSection } from './guide.section.js';
import { quoted } from './samples.js';

/** What holds for all operations. `version` is that of the page. */
export function guideSections(context: PageContext, version: string): readonly GuideSection[] {
  return [
    start(context, version),
    authentication(context, version),
    errors(context, version),
    paging(context, version),
    limits(context),
    idempotency(context, version),
    preconditions(context, version),
    versions(context),
  ];
}

function start({ spec, link, hasSdk }: PageContext, version: string): GuideSection {
  const text = html`<p>
      The API speaks JSON at <code>${spec.url}/v${version}</code>. Field names are in camelCase, IDs are
      UUIDs, and times are RFC 3339 timestamps in UTC. Requests with unknown fields are rejected, so that
      typos don't go unnoticed.
    </p>
    <p>
      Every response has an <code>X-Request-Id</code>. Quote it when you contact support. You can also send
      your own.
    </p>
    <p>
      The OpenAPI document, for client generators and other tools:
      <a href="${link(`/openapi/v${version}.json`)}">JSON</a> or
      <a href="${link(`/openapi/v${version}.yaml`)}">YAML</a>.
    </p>`;
  const client = `import { createGatehouse, webStorage } from '@gatehouse/client';

export const gatehouse = createGatehouse({
  baseUrl: '${spec.url}',
  storage: webStorage(localStorage),
});`;
  return {
    id: 'start',
    title: 'Get started',
    text,
    samples: [
      sample('curl', 'curl', `curl ${quoted(`${spec.url}/health/ready`)}`),
      hasSdk ? sample('sdk', 'gatehouse.ts', client) : '',
    ],
  };
}

function authentication({ spec, hasSdk }: PageContext, version: string): GuideSection {
  const text = html`<p>
      <a href="#register">Create an account</a> or <a href="#login">sign in</a> to start a session. The
      response has two tokens:
    </p>
    <ul>
      <li>
        <code>accessToken</code>, a JWT that expires after <code>expiresIn</code> seconds. Send it with each
        request, as <code>Authorization: Bearer</code>.
      </li>
      <li>
        <code>refreshToken</code>, which you exchange for new tokens when the access token expires. See
        <a href="#refresh">Refresh a session</a>.
      </li>
    </ul>
    <p>
      A refresh token works once. For 10 seconds, sending it again returns the same new token, so that two
      tabs don't sign each other out. After that, sending it again counts as reuse: the token may have been
      stolen, so the session ends.
    </p>
    <p>
      In a browser, you can keep the refresh token away from scripts: send
      <code>Session-Transport: cookie</code> when you start the session, and the token is returned in a cookie
      instead of in the body. Your page must be on the same site, and its origin must be listed in
      <code>CORS_ORIGINS</code>.
    </p>
    <p>
      Without a valid token, you get a 401 with <code>WWW-Authenticate: Bearer</code>. Operations for
      administrators also require a permission; without it, you get a 403. Your own services can verify access
      tokens with the <a href="#getKeys">public keys</a>.
    </p>`;
  const curl = `ACCESS_TOKEN=$(curl -sS \\
  ${quoted(`${spec.url}/v${version}/auth/login`)} \\
  -H 'Content-Type: application/json' \\
  -d '{
    "email": "ada@acme.com",
    "password": "seven brave otters"
  }' | jq -r .accessToken)

curl ${quoted(`${spec.url}/v${version}/users/me`)} \\
  -H "Authorization: Bearer $ACCESS_TOKEN"`;
  const sdk = `import { getMe } from '@gatehouse/client/operations';
import { gatehouse } from './gatehouse.js';

await gatehouse.signIn({
  email: 'ada@acme.com',
  password: 'seven brave otters',
});
// Refreshes the tokens automatically.
const user = await gatehouse.call(getMe);`;
  return {
    id: 'authentication',
    title: 'Authentication',
    text,
    samples: [sample('curl', 'curl', curl), hasSdk ? sample('sdk', 'TypeScript', sdk) : ''],
  };
}

function errors({ spec, link, hasSdk }: PageContext, version: string): GuideSection {
  const text = html`<p>
      Errors are problem documents (RFC 9457, <code>application/problem+json</code>). Rely on
      <code>code</code>, which never changes. <code>title</code> and <code>detail</code> are for people and
      may change. <code>type</code> is the URL of a page that explains the code: what happened and how to fix
      it.
      <a href="${link('/problems')}">All problems</a>
    </p>
    <p>
      Invalid input returns a 400 whose <code>errors</code> member lists the invalid fields.
      <code>pointer</code> is a JSON Pointer (RFC 6901), and <code>message</code> is worded to follow the
      field's name.
    </p>
    <p>After a 429 or a 503, wait for the time in <code>Retry-After</code>, then retry the request.</p>`;
  const problem = {
    type: `${spec.url}/problems/invalid-input`,
    title: spec.titleOf('invalid-input'),
    status: 400,
    detail: 'A field of the body, query or path is missing, unknown, out of range or of the wrong type. …',
    instance: `/v${version}/auth/register`,
    code: 'invalid-input',
    requestId: '84504a2a-d8af-466e-a505-41746377492f',
    errors: [{ pointer: '/email', code: 'invalid-email', message: 'must be an email address' }],
  };
  const sdk = `import { isProblem } from '@gatehouse/client';
import { gatehouse } from './gatehouse.js';

try {
  await gatehouse.signIn({
    email: 'ada@acme.com',
    password: 'a guess',
  });
} catch (error) {
  if (!isProblem(error, 'invalid-credentials')) {
    throw error;
  }
  console.log('Wrong email address or password.');
}`;
  return {
    id: 'errors',
    title: 'Errors',
    text,
    samples: [
      hasSdk ? sample('sdk', 'TypeScript', sdk) : '',
      sample('response', 'A problem document', JSON.stringify(problem, null, 2)),
    ],
  };
}

function versions({ link }: PageContext): GuideSection {
  const text = html`<p>
      The version is in the path. <a href="${link(`/docs/v${LATEST_VERSION}`)}">v${LATEST_VERSION}</a> is the
      latest. Every operation exists in all versions.
    </p>
    <p>
      Within a version, we only make additions: operations, optional request fields, response fields and
      headers, and problems. Ignore anything you don't recognize, and don't rely on the order of fields.
      Changes that could break clients go into a new version.
    </p>
    <p>
      We deprecate an operation at least 12 months before we remove it. A deprecated operation is marked on
      this page, and its responses have the headers <code>Deprecation</code> (since when, RFC 9745),
      <code>Sunset</code> (the earliest date it may stop working, RFC 8594) and <code>Link</code> with
      <code>rel="successor-version"</code>. Watch for <code>Deprecation</code> in your logs.
    </p>`;
  const headers = `Deprecation: @1795305600
Sunset: Mon, 22 Nov 2027 00:00:00 GMT
Link: </v2/users>; rel="successor-version"`;
  return {
    id: 'versions',
    title: 'Versions',
    text,
    samples: [sample('response', 'Headers of a deprecated operation', headers)],
  };
}
