import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient } from '../support/client.js';
import { aUser, signIn, signUp, tokenIn } from '../support/factories.js';
import { ancestry, useCollector } from '../support/otlp-collector.js';
import { eventually, type RunningApp } from '../support/servers.js';
import { useServers } from '../support/use-servers.js';

const ROLES = ['api', 'worker', 'notifications'] as const;

const servers = useServers();
const collector = useCollector();
const { sink } = servers;

describe('traces', () => {
  it("connect a request to its mail across three processes, continue the caller's trace, and contain no secrets", async () => {
    const apps = await Promise.all(ROLES.map((role) => start(role)));
    const [app] = apps;
    const api = new ApiClient(app?.url ?? '');
    const [traceId, callerId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const user = aUser();
    const { body: session } = await api.with({ traceparent: `00-${traceId}-${callerId}-01` }).register(user);
    const spans = await eventually(() => {
      const found = collector.spans.filter((span) => span.traceId === traceId);
      expect(found.map(({ name }) => name)).toContain('SMTP send');
      expect(found.map(({ parentId }) => parentId)).toContain(callerId);
      return found;
    });

    const smtp = spans.find(({ name }) => name === 'SMTP send');
    expect(ancestry(spans, smtp)).toEqual([
      ['gatehouse-notifications', 'SMTP send'],
      ['gatehouse-notifications', 'process send-mail'],
      ['gatehouse-notifications', 'send send-mail'],
      ['gatehouse-notifications', 'relay send-mail'],
      ['gatehouse-notifications', 'process deliver-to-notifications'],
      ['gatehouse-worker', 'send deliver-to-notifications'],
      ['gatehouse-worker', 'relay send-notification'],
      ['gatehouse-api', 'POST /v2/auth/register'],
    ]);
    const kinds = new Map(spans.map(({ name, kind }) => [name.split(' ')[0], kind]));
    expect(Object.fromEntries(kinds)).toMatchObject({
      SMTP: 'client',
      process: 'consumer',
      send: 'producer',
      relay: 'internal',
      POST: 'server',
    });
    const attributesOf = (name: string) => spans.find((span) => span.name === name)?.attributes;
    const id = attributesOf('relay send-notification')?.['messaging.message.id'];
    const job = (operation: string, name: string) => ({
      'messaging.system': 'bull',
      'messaging.operation.type': operation,
      'messaging.operation.name': operation,
      'messaging.destination.name': name,
      'messaging.message.id': id,
    });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(attributesOf('relay send-notification')).toEqual({
      'messaging.message.id': id,
      'gatehouse.message.type': 'send-notification',
      'gatehouse.message.consumer': 'notifications',
    });
    const sent = spans.filter(({ name }) => name === 'send deliver-to-notifications');
    expect(sent.map(({ attributes }) => attributes)).toContainEqual(job('send', 'deliver-to-notifications'));
    expect(attributesOf('process send-mail')).toEqual({
      ...job('process', 'send-mail'),
      'gatehouse.job.attempt': 1,
    });
    expect(smtp).toMatchObject({
      isError: false,
      attributes: {
        'server.address': '127.0.0.1',
        'server.port': sink.port,
        'network.protocol.name': 'smtp',
      },
    });
    const request = spans.find(({ parentId }) => parentId === callerId);
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/v2/auth/register',
      'http.response.status_code': 201,
      'network.protocol.version': '1.1',
      'url.scheme': 'http',
    });
    expect(spans.find(({ name }) => name === 'INSERT accounts.outbox')).toMatchObject({
      parentId: request?.spanId,
      service: 'gatehouse-api',
      attributes: {
        'db.system.name': 'postgresql',
        'db.query.text': expect.stringContaining('insert into "accounts"."outbox"'),
      },
    });
    const callers = spans.filter(({ name }) => /^EVAL(SHA)?$/.test(name)).map(({ parentId }) => parentId);
    // The rate limit of the request. The jobs of one moment are sent to Redis together, in the trace of one of them.
    expect(callers).toContain(request?.spanId);
    // Neither waiting nor polling for work starts a trace.
    expect(collector.spans.filter(({ name }) => /^(UPDATE .*outbox|BRPOPLPUSH|PING)/.test(name))).toEqual(
      spans.filter(({ name }) => /^UPDATE .*outbox/.test(name)),
    );

    const mail = await eventually(() => {
      expect(sink.mailsTo(user.email)).toHaveLength(1);
      return sink.mailsTo(user.email)[0];
    });
    const token = tokenIn(mail);
    expect((await api.verify(token)).status).toBe(204);
    const wrong = { ...user, password: 'a wrong password of hers' };
    expect((await api.login(wrong)).status).toBe(401);
    const again = await signIn(api, user);
    await again.api.get(`/users?email=${encodeURIComponent(user.email)}`);
    expect((await api.refresh(again.session.refreshToken)).status).toBe(200);
    sink.behave('reject');
    await signUp(api);
    await eventually(() =>
      expect(
        collector.spans.filter(({ name }) => name === 'SMTP send').map(({ isError }) => isError),
      ).toEqual([false, true]),
    );
    sink.behave('accept');
    await api.under('').get(`/verify-email?token=${token}`);
    await api.under('').get(`/nowhere/${token}?email=${user.email}`);
    await stopAll(apps);
    // The last spans are exported during shutdown.
    expect(app?.logs()).toContain(`"traceId":"${traceId}","spanId":"${request?.spanId}","method":"POST"`);
    const names = collector.spans.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['POST /v2/auth/refresh', 'GET /verify-email', 'GET']));
    // MikroORM inlines values into its statements.
    const texts = collector.spans.map(({ attributes }) => String(attributes['db.query.text'] ?? ''));
    expect(texts.filter((text) => /'|\d\d/.test(text))).toEqual([]);
    const exported = collector.raw.toString('latin1').toLowerCase();
    const passwords = [user.password, wrong.password];
    const tokens = [token, session.accessToken, session.refreshToken, again.session.refreshToken];
    const addresses = [user.email, user.email.split('@')[0] ?? '', 'email=', 'token='];
    const secrets = [...passwords, ...tokens, ...addresses];
    expect(secrets.filter((secret) => exported.includes(secret.toLowerCase()))).toEqual([]);
  }, 60_000);

  it('stay connected when the body arrives after the headers', async () => {
    const { url } = await start('api');
    const traceId = randomBytes(16).toString('hex');
    const request = new Request(`${url}/v2/auth/login`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
      },
      body: late(JSON.stringify({ email: aUser().email, password: 'wrong password' })),
      duplex: 'half',
    });
    expect((await fetch(request)).status).toBe(401);
    await eventually(() => {
      const spans = collector.spans.filter((span) => span.traceId === traceId);
      const login = spans.find(({ name }) => name === 'POST /v2/auth/login');
      expect(spans.find(({ name }) => name === 'SELECT accounts.users')?.parentId).toBe(login?.spanId);
    });
  });

  it('are not exported when the caller does not sample them, but still appear in the logs', async () => {
    const apps = await Promise.all(ROLES.map((role) => start(role)));
    const [app, , notifications] = apps;
    sink.behave('reject');
    const traceId = randomBytes(16).toString('hex');
    const known = new Set(collector.spans.map((span) => span.traceId));
    const parent = `00-${traceId}-${randomBytes(8).toString('hex')}-00`;
    await signUp(new ApiClient(app?.url ?? '').with({ traceparent: parent }));
    const line = new RegExp(`"traceId":"${traceId}","spanId":"[0-9a-f]{16}".*dead letter`);
    await eventually(() => expect(notifications?.logs()).toMatch(line));
    await stopAll(apps);
    expect(app?.logs()).toContain(traceId);
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
    const begun = collector.spans.filter((span) => !known.has(span.traceId)).map(({ name }) => name);
    expect(begun.filter((name) => /register|relay|send/.test(name))).toEqual([]);
    sink.behave('accept');
  }, 60_000);
});

function start(role: (typeof ROLES)[number]): Promise<RunningApp> {
  return servers.start(role, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    RATE_LIMIT_AUTH: '1000/60',
  });
}

async function stopAll(apps: readonly RunningApp[]): Promise<void> {
  for (const app of apps) {
    expect(await app.stop()).toEqual({ code: 0, signal: null });
  }
}

/** Sends nothing at first, and everything once the headers have been read. */
function late(body: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      await delay(200);
      controller.enqueue(new TextEncoder().encode(body));
      controller.close();
    },
  });
}
