import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import pg from 'pg';
import { nextLine } from '../support/processes.mjs';

const ADMIN = { email: 'bench-admin@acme.test', password: 'the admin of this bench' };
const SETTINGS = {
  RATE_LIMIT_AUTH: 'off',
  RATE_LIMIT_DEFAULT: '10000000/60',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
};
const REQUESTS_AT_ONCE = 50;
const agent = new Agent({ keepAlive: true });

/**
 * An API, users whose addresses are verified, a template that was published, and an SMTP server.
 * @param failures shares of what the SMTP server does: `defer`, `drop`, `stall`
 */
export async function prepare(environment, users, failures = {}) {
  const sink = await nextLine(environment.startScript('smtp-sink.mjs', JSON.stringify(failures)));
  const api = await environment.startApi(SETTINGS);
  await environment.seed(users);
  await ask(environment, 'update accounts.users set email_verified = true');
  const { accessToken } = await post(api, '/auth/login', ADMIN);
  const title = 'Order {{ orderId }}';
  const template = {
    name: 'bench',
    variables: { orderId: { type: 'string' } },
    contents: {
      en: {
        email: { subject: title, html: '<p>Hello {{ recipient.displayName }}</p>' },
        inbox: { title, body: 'x' },
      },
    },
  };
  await post(api, '/notification-templates', template, accessToken);
  await post(api, '/notification-templates/bench/publish', {}, accessToken);
  const permissions = ['notifications:send', 'jobs:read', 'jobs:write'];
  const { key } = await post(api, '/auth/api-keys', { name: 'Bench', permissions }, accessToken);
  const rows = await ask(environment, `select id from accounts.users where status = 'active'`);
  return { api, sink, key, recipients: rows.map(({ id }) => id) };
}

/** Sends so many emails, to the recipients in turn. */
export async function send({ api, key, recipients }, count) {
  let next = 0;
  await Promise.all(
    Array.from({ length: REQUESTS_AT_ONCE }, async () => {
      while (next < count) {
        const recipient = recipients[next++ % recipients.length];
        const data = { orderId: '4711' };
        await post(api, '/notifications', { recipient, template: 'bench', data, channels: ['email'] }, key);
      }
    }),
  );
}

/** The rows of a query. */
export async function ask({ databaseUrl }, sql) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What the SMTP server has counted. */
export async function statsOf({ statsPort }) {
  return (await fetch(`http://127.0.0.1:${statsPort}/`)).json();
}

/** With less processor time than `fetch` takes, which the servers would lack. */
export async function post({ url }, path, body, token) {
  const content = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const sent = request(`${url}/v2${path}`, { method: 'POST', agent, headers });
  sent.end(content);
  const [response] = await once(sent, 'response');
  const answer = await text(response);
  if (response.statusCode >= 300) {
    throw new Error(`${path} returned ${response.statusCode}: ${answer}`);
  }
  return answer === '' ? null : JSON.parse(answer);
}

/** The memory of a process. */
export async function megabytes(pid) {
  const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return (Number(pages) * 4_096) / 1_000_000;
}
