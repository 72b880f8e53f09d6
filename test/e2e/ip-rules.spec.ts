import { describe, expect, it } from '@jest/globals';
import { userWithPermissions } from '../support/administration.js';
import { useApiApp } from '../support/api-app.js';
import type { ListBody } from '../support/client.js';
import { addRule, at, BEHIND_PROXY, type IpRuleBody, removeRule, statusAt } from '../support/ip-rules.js';
import { expectProblem } from '../support/problems.js';
import { query } from '../support/stored.js';
import { WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp({ ...WITH_ADMIN, ...BEHIND_PROXY, CORS_ORIGINS: 'https://app.acme.test' });
const { admin, api, clock, database } = running;

const list = async (search: string): Promise<string[]> =>
  (await admin.get<ListBody<IpRuleBody>>(`/ip-rules?${search}`)).body.items.map(({ cidr }) => cidr);

const add = (cidr: string, rule: object = {}) => admin.post('/ip-rules', { cidr, action: 'deny', ...rule });

describe('a rule', () => {
  it('is added, returned, listed and removed', async () => {
    const body = { cidr: '198.51.100.7', action: 'deny', reason: 'Scrapes' };
    const added = await admin.post<IpRuleBody>('/ip-rules', body);
    expect(added.status).toBe(201);
    const { id } = added.body;
    expect(added.headers.get('location')).toBe(`/v2/ip-rules/${id}`);
    expect(added.body).toEqual({
      id,
      cidr: '198.51.100.7/32',
      action: 'deny',
      reason: 'Scrapes',
      source: 'admin',
      author: (await admin.me()).body.id,
      createdAt: clock.now().toISOString(),
      expiresAt: null,
    });
    expect((await admin.get(`/ip-rules/${id}`)).body).toEqual(added.body);
    expect(await statusAt(api, '198.51.100.7')).toBe(403);
    expect((await removeRule(admin, added.body)).status).toBe(204);
    expect(await statusAt(api, '198.51.100.7')).toBe(404);
    expectProblem(await admin.get(`/ip-rules/${id}`), 404, 'ip-rule-not-found');
    expectProblem(await removeRule(admin, added.body), 404, 'ip-rule-not-found');
  });

  it.each([
    ['2001:DB8:77:0::/64', '2001:db8:77::/64'],
    ['::ffff:198.51.100.128/121', '198.51.100.128/25'],
    ['64:ff9b::198.51.100.9', '64:ff9b::c633:6409/128'],
  ])('has one spelling: %s is %s', async (cidr, spelling) => {
    const rule = await addRule(admin, cidr);
    expect(rule.cidr).toBe(spelling);
    expectProblem(await add(spelling), 409, 'ip-rule-exists');
    await removeRule(admin, rule);
  });

  it.each(['010.1', '0x7f.1', '198.51.100.07', '198.51.100.0/33', 'fe80::1%eth0', 'example.com'])(
    'is not for %s',
    async (cidr) => {
      expectProblem(await add(cidr), 422, 'invalid-cidr');
    },
  );

  it('says which block contains an address that has bits after the prefix', async () => {
    const body = expectProblem(await add('198.51.100.7/24'), 422, 'invalid-cidr');
    expect(body.detail).toContain('198.51.100.0/24');
    expect(body.errors).toMatchObject([{ pointer: '/cidr', code: 'invalid-cidr' }]);
  });

  it('has to end in the future', async () => {
    const expiresAt = clock.now().toISOString();
    expectProblem(await add('198.51.100.8', { expiresAt }), 400, 'invalid-input');
  });

  it('is in the audit log with its network', async () => {
    const rule = await addRule(admin, '198.51.100.20/31');
    await removeRule(admin, rule);
    const { body } = await admin.get<ListBody<object>>('/audit-events?limit=2');
    expect(body.items).toMatchObject([
      { type: 'ip-rule.removed', target: '198.51.100.20/31', changes: { rule: { to: null } } },
      { type: 'ip-rule.added', target: '198.51.100.20/31', changes: { rule: { to: { action: 'deny' } } } },
    ]);
  });

  it('is found by its action, its source, and the addresses of its network', async () => {
    const rules = [
      await addRule(admin, '192.0.2.0/24'),
      await addRule(admin, '192.0.2.64/26', { action: 'allow' }),
      await addRule(admin, '192.0.2.65'),
      await addRule(admin, '2001:db8:2::/48'),
    ];
    expect(await list('address=192.0.2.65')).toEqual(['192.0.2.65/32', '192.0.2.64/26', '192.0.2.0/24']);
    expect(await list('address=::ffff:192.0.2.66&action=deny')).toEqual(['192.0.2.0/24']);
    expect(await list('address=2001:db8:2::9&source=admin')).toEqual(['2001:db8:2::/48']);
    expect(await list('source=automatic')).toEqual([]);
    expectProblem(await admin.get('/ip-rules?address=192.0.2.0/24'), 400, 'invalid-input');
    const page = await admin.get<ListBody<IpRuleBody>>('/ip-rules?limit=2&address=192.0.2.65&total=true');
    expect(page.body.page.total).toBe(3);
    const next = `/ip-rules?limit=2&address=192.0.2.65&cursor=${page.body.page.nextCursor}`;
    expect((await admin.get<ListBody<IpRuleBody>>(next)).body.items.map(({ cidr }) => cidr)).toEqual([
      '192.0.2.0/24',
    ]);
    await Promise.all(rules.map((rule) => removeRule(admin, rule)));
  });

  it('needs permissions', async () => {
    const reader = await userWithPermissions(running, 'ip-rules:read');
    expect((await reader.api.get('/ip-rules')).status).toBe(200);
    expectProblem(
      await reader.api.post('/ip-rules', { cidr: '198.51.100.9', action: 'deny' }),
      403,
      'forbidden',
    );
  });
});

describe('the rule with the longest prefix', () => {
  it('decides, and the next one after it is removed', async () => {
    const wide = await addRule(admin, '198.18.0.0/15');
    const narrow = await addRule(admin, '198.18.7.0/24', { action: 'allow' });
    const one = await addRule(admin, '198.18.7.7');
    const statuses = () =>
      Promise.all(['198.19.0.1', '198.18.7.1', '198.18.7.7'].map((it) => statusAt(api, it)));
    expect(await statuses()).toEqual([403, 404, 403]);
    await removeRule(admin, one);
    expect(await statuses()).toEqual([403, 404, 404]);
    await removeRule(admin, narrow);
    expect(await statuses()).toEqual([403, 403, 403]);
    await removeRule(admin, wide);
    expect(await statuses()).toEqual([404, 404, 404]);
  });

  it('is over at its end, to the millisecond, and makes way for another', async () => {
    const expiresAt = new Date(clock.millis() + 60_000).toISOString();
    const wide = await addRule(admin, '198.51.100.32/27');
    const rule = await addRule(admin, '198.51.100.33', { action: 'allow', expiresAt });
    clock.advance({ ms: 59_999 });
    expect(await statusAt(api, '198.51.100.33')).toBe(404);
    clock.advance({ ms: 1 });
    expect(await statusAt(api, '198.51.100.33')).toBe(403);
    expect(await list('address=198.51.100.33')).toEqual(['198.51.100.32/27']);
    expectProblem(await admin.get(`/ip-rules/${rule.id}`), 404, 'ip-rule-not-found');
    const again = await addRule(admin, '198.51.100.33', { action: 'allow' });
    expect(await statusAt(api, '198.51.100.33')).toBe(404);
    await Promise.all([removeRule(admin, again), removeRule(admin, wide)]);
  });
});

describe('a denied address', () => {
  it('gets a problem before anything else is looked at, and the connection ends', async () => {
    const rule = await addRule(admin, '203.0.113.66');
    const denied = at(api, '203.0.113.66').with({ origin: 'https://app.acme.test', 'x-request-id': 'mine' });
    const answer = await denied.send('POST', '/auth/login', {
      body: 'x'.repeat(200_000),
      headers: { 'content-type': 'nonsense' },
    });
    expectProblem(answer, 403, 'address-denied');
    const { headers } = answer;
    expect(headers.get('connection')).toBe('close');
    expect(headers.get('x-request-id')).toBe('mine');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.acme.test');
    expectProblem(await at(admin, '203.0.113.66').get('/users/me'), 403, 'address-denied');
    expectProblem(await denied.under('').get('/.well-known/jwks.json'), 403, 'address-denied');
    for (const probe of ['live', 'ready', 'startup']) {
      expect([200, 503]).toContain((await denied.under('').get(`/health/${probe}`)).status);
    }
    expect((await denied.under('').get('/health/nothing')).status).toBe(403);
    await removeRule(admin, rule);
  });

  it.each(['::ffff:203.0.113.67', '::ffff:cb00:7143', '[::ffff:203.0.113.67]:4711', '203.0.113.67:4711'])(
    'is denied as %s, too',
    async (spelling) => {
      const rule = await addRule(admin, '203.0.113.67');
      expect(await statusAt(api, spelling)).toBe(403);
      await removeRule(admin, rule);
    },
  );

  it('is denied when the proxy sends Forwarded', async () => {
    const rule = await addRule(admin, '2001:db8:9::/48');
    const client = api.under('').with({ forwarded: 'for=198.51.100.1, for="[2001:DB8:9::1]:4711"' });
    expectProblem(await client.get('/nothing-here'), 403, 'address-denied');
    await removeRule(admin, rule);
  });

  it('cannot pass for another one in X-Forwarded-For, nor be denied through it', async () => {
    const rule = await addRule(admin, '203.0.113.68');
    expect(await statusAt(api, '198.51.100.1, 203.0.113.68')).toBe(403);
    expect(await statusAt(api, '203.0.113.68, 198.51.100.1')).toBe(404);
    await removeRule(admin, rule);
  });
});

describe('administrators', () => {
  const own = '203.0.113.200';
  const here = () => at(admin, own);
  const deny = (cidr: string, rule: object = {}) =>
    here().post('/ip-rules', { cidr, action: 'deny', ...rule });

  it.each(['203.0.113.200', '203.0.113.0/24', '203.0.113.200/29', '0.0.0.0/0', '::/0'])(
    "can't lock themselves out with %s",
    async (cidr) => {
      expectProblem(await deny(cidr), 409, 'own-address');
      expect((await here().me()).status).toBe(200);
    },
  );

  it('can deny everyone else, once they have allowed their own address for as long', async () => {
    const expiresAt = new Date(clock.millis() + 60_000).toISOString();
    const brief = await addRule(here(), own, { action: 'allow', expiresAt });
    expectProblem(await deny('0.0.0.0/0'), 409, 'own-address');
    const everyone = (await deny('0.0.0.0/0', { expiresAt })).body as IpRuleBody;
    expect([await statusAt(api, '8.8.8.8'), await statusAt(api, '2001:db8::1')]).toEqual([403, 404]);
    const others = (await deny('::/0', { expiresAt })).body as IpRuleBody;
    expect([await statusAt(api, '2001:db8::1'), await statusAt(api, own)]).toEqual([403, 404]);
    expectProblem(await removeRule(here(), brief), 409, 'own-address');
    for (const rule of [others, everyone, brief]) {
      expect((await removeRule(here(), rule)).status).toBe(204);
    }
  });

  it('who deny the same network at once get one rule', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => deny('198.51.100.99')));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      201,
      ...Array<number>(7).fill(409),
    ]);
    const rows = await query(
      database.url,
      `select revision from accounts.ip_rules where cidr = '198.51.100.99/32'`,
    );
    expect(rows).toHaveLength(1);
  });
});
