import { LATEST_VERSION } from '../openapi/documents.js';
import { html } from '../pages/page.html.js';
import { type PageContext, sample } from './operation.html.js';
import type { GuideSection } from './guide.section.js';
import { quoted } from './samples.js';

export function paging({ spec, hasSdk }: PageContext, version: string): GuideSection {
  const numbered =
    version === LATEST_VERSION
      ? ''
      : html`<p>
          <a href="#listUsersByPage">This version's list of users</a> is the exception: it takes a
          <code>page</code> number and always returns the total. It's deprecated.
        </p>`;
  const text = html`<p>
      Lists return <code>items</code> and a <code>page</code>. Send <code>page.nextCursor</code> as
      <code>cursor</code> to get the next page, until it's null. <code>limit</code> is the size of a page,
      from 1 to 100. The <code>Link</code> header has the URLs of the adjacent pages, with
      <code>rel="next"</code> and <code>rel="prev"</code>.
    </p>
    <p>
      Cursors are opaque. They stay valid while items are added or deleted, so you never miss an item or get
      one twice. Keep the filters the same from page to page. Counting is slow, so <code>page.total</code> is
      only included with <code>total=true</code>.
    </p>
    ${numbered}`;
  const path = version === LATEST_VERSION ? 'users' : 'auth/sessions';
  const curl = `curl ${quoted(`${spec.url}/v${version}/${path}?limit=100`)} \\
  -H "Authorization: Bearer $ACCESS_TOKEN"

# The next page
curl -G ${quoted(`${spec.url}/v${version}/${path}`)} \\
  -d limit=100 --data-urlencode "cursor=$NEXT_CURSOR" \\
  -H "Authorization: Bearer $ACCESS_TOKEN"`;
  const sdk = `import { listUsers } from '@gatehouse/client/operations';
import { gatehouse } from './gatehouse.js';

// Fetches the next page when the loop reaches it.
const options = { query: { limit: 100 } };
for await (const user of gatehouse.items(listUsers, options)) {
  console.log(user.email);
}`;
  return {
    id: 'paging',
    title: 'Paging',
    text,
    samples: [sample('curl', 'curl', curl), hasSdk ? sample('sdk', 'TypeScript', sdk) : ''],
  };
}

export function limits({ hasSdk }: PageContext): GuideSection {
  const text = html`<p>
      Requests are counted per user if you're signed in, and per IP address otherwise. Each response from a
      rate-limited operation says how many requests are left (<code>r</code>), how many seconds it takes until
      more become available (<code>t</code>), and what the limit is:
      <code>q</code> requests in any <code>w</code> seconds. Sign-up, sign-in and similar operations have a
      lower limit per IP address.
    </p>
    <p>
      Beyond the limit, you get a 429 with <code>Retry-After</code>. Wait for that many seconds.
      ${hasSdk ? 'The SDK does this for you.' : ''}
    </p>
    <p>
      In addition, only a few requests from the same caller run at a time; any more have to wait. JSON bodies
      can be up to 100 KB, and files to import up to 512 MB.
    </p>`;
  const headers = `HTTP/1.1 200 OK
RateLimit: "default";r=599;t=60
RateLimit-Policy: "default";q=600;w=60`;
  return { id: 'limits', title: 'Rate limits', text, samples: [sample('response', 'Headers', headers)] };
}

export function idempotency({ spec, hasSdk }: PageContext, version: string): GuideSection {
  const text = html`<p>
      If a connection breaks, you can't know whether your POST had an effect. To retry safely, send an
      <code>Idempotency-Key</code>, a unique string such as a UUID, and repeat the request with the same key
      and body. For 24 hours, you get the original response, marked <code>Idempotency-Replayed: true</code>.
      Operations that create or send something accept a key.
      ${hasSdk ? 'The SDK sends one automatically.' : ''}
    </p>
    <ul>
      <li>The same key with a different body returns a 422, <code>idempotency-key-reused</code>.</li>
      <li>
        While the first request is still running, you get a 409, <code>idempotent-request-running</code>.
      </li>
    </ul>
    <p>Keys belong to one caller and one operation.</p>`;
  const curl = `KEY=$(uuidgen)

curl ${quoted(`${spec.url}/v${version}/auth/email/resend`)} \\
  --retry 3 --retry-connrefused \\
  -H "Idempotency-Key: $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{ "email": "ada@acme.com" }'`;
  return { id: 'idempotency', title: 'Idempotency', text, samples: [sample('curl', 'curl', curl)] };
}

export function preconditions({ spec, hasSdk }: PageContext, version: string): GuideSection {
  const text = html`<p>The <code>ETag</code> of a response is the version of the resource.</p>
    <ul>
      <li>
        Send it as <code>If-Match</code> with a PATCH or DELETE, so that you don't overwrite changes made by
        someone else in the meantime. If there are any, you get a 412, <code>precondition-failed</code>.
      </li>
      <li>
        Send it as <code>If-None-Match</code> with a GET, to get a 304 without a body if nothing has changed.
        Browsers do this automatically.
      </li>
    </ul>
    <p>
      PATCH takes a JSON merge patch (RFC 7396): fields that you leave out stay the same, and
      <code>null</code> clears a field.
    </p>`;
  const curl = `curl -X PATCH ${quoted(`${spec.url}/v${version}/users/me`)} \\
  -H "Authorization: Bearer $ACCESS_TOKEN" \\
  -H 'If-Match: "7"' \\
  -H 'Content-Type: application/merge-patch+json' \\
  -d '{ "displayName": "Ada" }'`;
  const sdk = `import { getMe, updateMe } from '@gatehouse/client/operations';
import { gatehouse } from './gatehouse.js';

const { response } = await gatehouse.request(getMe);
const etag = response.headers.get('ETag') ?? '';

await gatehouse.call(updateMe, {
  body: { displayName: 'Ada' },
  headers: { 'If-Match': etag },
});`;
  return {
    id: 'preconditions',
    title: 'Preconditions',
    text,
    samples: [sample('curl', 'curl', curl), hasSdk ? sample('sdk', 'TypeScript', sdk) : ''],
  };
}
