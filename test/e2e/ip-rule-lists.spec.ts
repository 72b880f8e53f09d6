import { describe, expect, it } from '@jest/globals';
import { useApiApp } from '../support/api-app.js';
import type { Answer, ListBody, ProblemBody } from '../support/client.js';
import { addRule, at, BEHIND_PROXY, type IpRuleBody, removeRule, statusAt } from '../support/ip-rules.js';
import { expectProblem } from '../support/problems.js';
import { WITH_ADMIN } from '../support/use-app.js';

const running = useApiApp({ ...WITH_ADMIN, ...BEHIND_PROXY });
const { admin, api, clock } = running;

interface ListSummary {
  readonly name: string;
  readonly networks: number;
  readonly changedAt: string;
}

function put(name: string, text: string, caller = admin): Promise<Answer<ListSummary>> {
  const headers = { 'content-type': 'text/plain; charset=utf-8' };
  return caller.send('PUT', `/ip-rules/lists/${name}`, { body: text, headers });
}

const DROP = `; Spamhaus DROP List
192.0.2.0/25 ; SBL1
2001:db8:bad::/48 ; SBL2
`;
const FIREHOL = `# firehol
192.0.2.0/25
198.51.100.7   # a single address
::ffff:198.51.100.8
198.51.100.7
`;

const statuses = (...addresses: string[]) => Promise.all(addresses.map((address) => statusAt(api, address)));

describe('a list', () => {
  it('denies its networks until it is replaced or removed, and others keep theirs', async () => {
    const drop = await put('drop', DROP);
    expect([drop.status, drop.body]).toEqual([
      200,
      { name: 'drop', networks: 2, changedAt: clock.now().toISOString() },
    ]);
    expect((await put('firehol', FIREHOL)).body.networks).toBe(3);
    const all = await admin.get<ListBody<ListSummary>>('/ip-rules/lists');
    expect(all.body.items.map(({ name, networks }) => [name, networks])).toEqual([
      ['drop', 2],
      ['firehol', 3],
    ]);
    expect(await statuses('192.0.2.1', '2001:db8:bad::1', '198.51.100.7', '198.51.100.9')).toEqual([
      403, 403, 403, 404,
    ]);
    const known = await admin.get<ListBody<IpRuleBody>>('/ip-rules?source=drop&address=192.0.2.1');
    expect((await put('drop', '192.0.2.0/25\r\n203.0.113.99\r\n')).body.networks).toBe(2);
    expect(await statuses('192.0.2.1', '2001:db8:bad::1', '203.0.113.99')).toEqual([403, 404, 403]);
    // What stays in the list keeps its rule.
    const later = await admin.get<ListBody<IpRuleBody>>('/ip-rules?source=drop&address=192.0.2.1');
    expect(later.body.items).toEqual(known.body.items);
    expect((await admin.delete('/ip-rules/lists/drop')).status).toBe(204);
    expect(await statuses('192.0.2.1', '203.0.113.99')).toEqual([403, 404]);
    expect((await admin.delete('/ip-rules/lists/firehol')).status).toBe(204);
    expect(await statuses('192.0.2.1', '198.51.100.7')).toEqual([404, 404]);
    expectProblem(await admin.delete('/ip-rules/lists/firehol'), 404, 'ip-rule-list-not-found');
    const events = await admin.get<ListBody<object>>('/audit-events?limit=3');
    expect(events.body.items).toMatchObject([
      { type: 'ip-rule-list.removed', target: 'firehol', changes: { networks: { from: 3, to: 0 } } },
      { type: 'ip-rule-list.removed', target: 'drop' },
      { type: 'ip-rule-list.replaced', target: 'drop', changes: { networks: { from: 2, to: 2 } } },
    ]);
  });

  it('counts less than a rule of an administrator for the same network', async () => {
    await put('bad', '192.0.2.128/25');
    const rule = await addRule(admin, '192.0.2.128/25', { action: 'allow' });
    expect(await statuses('192.0.2.129')).toEqual([404]);
    await put('bad', '192.0.2.128/25\n192.0.2.200');
    expect(await statuses('192.0.2.129', '192.0.2.200')).toEqual([404, 403]);
    await removeRule(admin, rule);
    expect(await statuses('192.0.2.129')).toEqual([403]);
    await admin.delete('/ip-rules/lists/bad');
  });

  it('with invalid lines changes nothing, and says which', async () => {
    await put('fragile', '192.0.2.3');
    const text = '# ok\n192.0.2.4\n010.1.1.1 # octal?\n192.0.2.9/24\n0.0.0.0/0\n';
    const { errors } = expectProblem(await put('fragile', text), 422, 'invalid-ip-rule-list');
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['/2', '/3', '/4']);
    expect(errors?.[1]?.message).toContain('192.0.2.0/24');
    for (const empty of ['', '# only a comment\n']) {
      expectProblem(await put('fragile', empty), 422, 'invalid-ip-rule-list');
    }
    expect(await statuses('192.0.2.3', '192.0.2.4')).toEqual([403, 404]);
    await admin.delete('/ip-rules/lists/fragile');
  });

  it("can't lock out whoever imports it", async () => {
    const here = at(admin, '203.0.113.210');
    expectProblem(await put('wide', '203.0.113.0/24', here), 409, 'own-address');
    const rule = await addRule(here, '203.0.113.210', { action: 'allow' });
    expect((await put('wide', '203.0.113.0/24', here)).status).toBe(200);
    expect((await here.delete('/ip-rules/lists/wide')).status).toBe(204);
    await removeRule(here, rule);
  });

  it.each(['admin', 'automatic', 'Upper', '1st', 'a_b'])("isn't called %s", async (name) => {
    expectProblem(await put(name, DROP), 400, 'invalid-input');
  });

  it('is text', async () => {
    const json = await admin.send<ProblemBody>('PUT', '/ip-rules/lists/drop', { json: ['192.0.2.1'] });
    expectProblem(json, 415, 'unsupported-media-type');
    expect((await admin.send('PUT', '/ip-rules/lists/drop')).status).toBeLessThan(500);
    const headers = { 'content-type': 'text/plain' };
    expect((await api.send('POST', '/auth/logout', { body: '', headers })).status).toBe(401);
    expectProblem(
      await api.send('POST', '/auth/login', { body: 'x', headers }),
      415,
      'unsupported-media-type',
    );
  });

  it('can have 100,000 networks, and no more', async () => {
    const lines = Array.from({ length: 100_000 }, (_, n) => `12.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect((await put('huge', lines.join('\n'))).body.networks).toBe(100_000);
    expect(await statuses('12.1.134.159', '12.1.134.160')).toEqual([403, 404]);
    expect((await put('huge', lines.slice(1).join('\n'))).body.networks).toBe(99_999);
    expect(await statuses('12.0.0.0', '12.0.0.1')).toEqual([404, 403]);
    expectProblem(await put('huge', `${lines.join('\n')}\n12.9.9.9\n1.1.1.1\n`), 422, 'invalid-ip-rule-list');
    expect((await admin.delete('/ip-rules/lists/huge')).status).toBe(204);
    expect(await statuses('12.0.0.1')).toEqual([404]);
  }, 60_000);
});
