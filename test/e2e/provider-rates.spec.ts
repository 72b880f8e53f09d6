import { beforeAll, describe, expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { ApiClient } from '../support/client.js';
import { signIn, signUp } from '../support/factories.js';
import { CSV, importFile } from '../support/imports.js';
import { metricOf } from '../support/metrics.js';
import { eventually } from '../support/servers.js';
import { query } from '../support/stored.js';
import { publishTemplate } from '../support/templates.js';
import { ADMIN, useApps, WITH_ADMIN } from '../support/use-app.js';
import { useServers } from '../support/use-servers.js';

const USERS = 120;
const PER_SECOND = 8;
/** How much more may be sent in any time, as decision 0049 says: what's sent in a second and a half, and one at each end. */
const BURST = 1.5 * PER_SECOND + 2;
const WINDOW_MS = 5_000;

const servers = useServers();
const { database, sink } = servers;
const { all, other } = useApps(
  { all: ['all', WITH_ADMIN], other: 'notifications' },
  { SMTP_RATE_PER_MINUTE: String(60 * PER_SECOND) },
  servers,
);

let admin: ApiClient;
beforeAll(async () => {
  admin = (await signIn(all.api, ADMIN)).api;
  const texts = { email: { subject: 'News about {{ topic }}', html: '<p>Hello</p>' } };
  await publishTemplate(admin, 'news', {
    variables: { topic: { type: 'string' } },
    category: 'news',
    contents: { en: texts },
  });
  const rows = Array.from({ length: USERS }, (_, number) => `user-${number}@crowd.test,true`);
  const { result } = await importFile(admin, CSV, ['email,emailVerified', ...rows].join('\n'));
  expect(result).toMatchObject({ imported: USERS });
}, 60_000);

const mailsAbout = (topic: string) => sink.mails.filter(({ subject }) => subject === `News about ${topic}`);

describe('a broadcast through a mail server that takes eight emails per second', () => {
  it('takes as long as that, reaches everyone once, and keeps nobody else waiting', async () => {
    const ada = await signUp(all.api);
    await query(database.url, 'update accounts.users set email_verified = true where id = $1', [idOf(ada)]);
    // The one with which the address would be verified.
    await eventually(() => expect(sink.mailsTo(ada.email)).toHaveLength(1));
    sink.clear();
    const begun = await admin.post('/notifications/broadcast', {
      audience: { emailDomain: 'crowd.test' },
      template: 'news',
      data: { topic: 'cats' },
    });
    expect(begun.status).toBe(202);
    await eventually(() => expect(mailsAbout('cats').length).toBeGreaterThan(10), { timeoutMs: 20_000 });

    const before = mailsAbout('cats').length;
    await all.api.post('/auth/password/forgot', { email: ada.email });
    await eventually(() => expect(sink.mailsTo(ada.email)).toHaveLength(1));
    // So it has waited for five seconds at most, on a busy machine.
    expect(mailsAbout('cats').length - before).toBeLessThan(5 * PER_SECOND);
    const notified = { recipient: idOf(ada), template: 'news', data: { topic: 'dogs' } };
    expect((await admin.post('/notifications', notified)).status).toBe(202);
    await eventually(() => expect(mailsAbout('dogs')).toHaveLength(1));
    expect(mailsAbout('cats').length - before).toBeLessThan(10 * PER_SECOND);
    const waiting = await query<{ last_error: string }>(
      database.url,
      `select last_error from notifications.deliveries where state = 'queued' and rate_slot is not null limit 1`,
    );
    expect(waiting[0]?.last_error).toMatch(/^it is held until .*Z because of the rate of smtp$/);

    const left = 'select from notifications.outbox';
    await eventually(async () => expect(await query(database.url, left)).toHaveLength(0), {
      timeoutMs: 40_000,
    });
    const recipients = mailsAbout('cats').map(({ envelope }) => envelope.to[0]);
    expect(recipients).toHaveLength(USERS);
    expect(new Set(recipients).size).toBe(USERS);

    const sent = await query<{ at: number; attempts: number }>(
      database.url,
      `select extract(epoch from sent_at)::float * 1000 as at, attempts from notifications.deliveries
        where task = 'send-broadcast-mail' order by sent_at`,
    );
    const seconds = ((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)) / 1_000;
    expect(seconds).toBeGreaterThan((USERS / PER_SECOND) * 0.95 - 1.5);
    expect(seconds).toBeLessThan((USERS / PER_SECOND) * 1.5);
    for (const { at: first } of sent) {
      const inWindow = sent.filter(({ at }) => at >= first && at < first + WINDOW_MS).length;
      expect(inWindow).toBeLessThanOrEqual((PER_SECOND * WINDOW_MS) / 1_000 + BURST);
    }
    // Most were put off once, and a few again because others went first.
    const runs = sent.reduce((total, { attempts }) => total + attempts, 0);
    expect(runs / USERS).toBeLessThan(3.5);
    const holds = await Promise.all(
      [all, other].map((app) =>
        metricOf(app, 'gatehouse_provider_rate_holds_total', { provider: 'smtp', rank: 'broadcast' }),
      ),
    );
    expect(holds.reduce((sum, each) => sum + each, 0)).toBe(runs - USERS);
  }, 90_000);
});
