import { describe, expect, it } from '@jest/globals';
import { signUp, tokenIn } from '../support/factories.js';
import { eventually } from '../support/servers.js';
import { SMTP_PASSWORD } from '../support/smtp-sink.js';
import { query, rowCounts } from '../support/stored.js';
import { useApp } from '../support/use-app.js';

/** Required: the first retry happens within 5 seconds. */
const FIRST_RETRY_MS = 5_000;

const app = useApp('all', { MAIL_FROM: 'Acme: Accounts <accounts@acme.test>' });
const { api, database, sink } = app;

describe('MAIL_FROM', () => {
  it('is quoted in From, so that a colon does not start a group', async () => {
    const { email } = await signUp(api);
    const [mail] = await eventually(() => {
      const mails = sink.mailsTo(email);
      expect(mails).toHaveLength(1);
      return mails;
    });
    expect(mail?.header('from')).toBe('"Acme: Accounts" <accounts@acme.test>');
    expect(mail?.envelope.from).toBe('accounts@acme.test');
    sink.clear();
  });
});

describe('while SMTP is down', () => {
  it('does not slow down registration, and the mail arrives once SMTP is back', async () => {
    await registerOneByOne(3); // The first ones are slower.
    const up = await registerOneByOne(8);
    await eventually(() => expect(sink.mails).toHaveLength(3 + 8));
    await eventually(async () => {
      const states = await query(database.url, 'select distinct state from notifications.deliveries');
      expect(states).toEqual([{ state: 'sent' }]);
    });
    await sink.stop();
    const down = await registerOneByOne(8);
    expect(down.medianMs).toBeLessThan(3 * up.medianMs + 50);
    const readiness = await api.under('').get('/health/ready');
    expect(readiness.status).toBe(200);
    await eventually(async () => {
      const rows = await query(
        database.url,
        `select 1 from notifications.deliveries where last_error is not null`,
      );
      expect(rows).toHaveLength(8);
    });

    await sink.start();
    await eventually(
      () => expect(down.emails.map((email) => sink.mailsTo(email).length)).toEqual(down.emails.map(() => 1)),
      { timeoutMs: 15_000 },
    );
    const [email = ''] = down.emails;
    expect((await api.verify(tokenIn(sink.mailsTo(email)[0]))).status).toBe(204);

    await eventually(async () => {
      const states = await query(database.url, 'select distinct state from notifications.deliveries');
      expect(states).toEqual([{ state: 'sent' }]);
      const counts = await rowCounts(database.url);
      expect([counts['accounts.outbox'], counts['notifications.outbox']]).toEqual([0, 0]);
    });
    expect(sink.mails).toHaveLength(3 + 8 + 8);
    expect(sink.attempts).toBe(sink.mails.length);
  }, 60_000);

  it('retries a deferred mail within five seconds, with the same Message-ID', async () => {
    sink.clear();
    sink.behave('defer');
    const { email } = await signUp(api);
    const instants = await arrivals(2);
    expect((instants[1] ?? 0) - (instants[0] ?? 0)).toBeLessThan(FIRST_RETRY_MS);
    sink.behave('accept');
    await eventually(() => expect(sink.mailsTo(email)).toHaveLength(1));
  });

  it('retries a mail with an unknown outcome, with the same Message-ID', async () => {
    sink.behave('drop');
    const { email } = await signUp(api);
    await eventually(() => expect(sink.mailsTo(email).length).toBeGreaterThan(0));
    sink.behave('accept');
    await eventually(async () => {
      const rows = await query(database.url, `select 1 from notifications.deliveries where state <> 'sent'`);
      expect(rows).toEqual([]);
    });
    const mails = sink.mailsTo(email);
    expect(mails.length).toBeGreaterThanOrEqual(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(new Set(mails.map(tokenIn)).size).toBe(1);
  });

  it('retries a mail while its sender is refused', async () => {
    sink.clear();
    sink.behave('reject-sender');
    const { email } = await signUp(api);
    const refused = () => sink.commands.filter((line) => line.startsWith('MAIL FROM:')).length;
    await eventually(() => expect(refused()).toBeGreaterThan(2), { timeoutMs: 15_000 });
    sink.behave('accept');
    await eventually(() => expect(sink.mailsTo(email)).toHaveLength(1), { timeoutMs: 15_000 });
  }, 40_000);

  it('retries a mail while its login is refused, and logs no password', async () => {
    // Connections are kept, and only new ones log in.
    await sink.stop();
    sink.clear();
    sink.behave('reject-login');
    await sink.start();
    const { email } = await signUp(api);
    await eventually(() => expect(sink.logins).toBeGreaterThan(2), { timeoutMs: 15_000 });
    expect(sink.commands).toEqual([]);
    sink.behave('accept');
    await eventually(() => expect(sink.mailsTo(email)).toHaveLength(1), { timeoutMs: 15_000 });
    expect(app.logs()).not.toContain(SMTP_PASSWORD);
  }, 40_000);

  it('does not retry a rejected mail, and keeps the account', async () => {
    sink.clear();
    sink.behave('reject');
    const { session } = await signUp(api);
    await eventually(async () => {
      const rows = await query<{ state: string }>(
        database.url,
        'select state from notifications.deliveries where user_id = $1',
        [session.user.id],
      );
      expect(rows).toEqual([{ state: 'failed' }]);
    });
    expect(sink.attempts).toBe(1);
    sink.behave('accept');
    expect((await api.as(session).me()).status).toBe(200);
  });
});

async function registerOneByOne(count: number): Promise<{ emails: string[]; medianMs: number }> {
  const emails: string[] = [];
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const startedAt = performance.now();
    emails.push((await signUp(api)).email);
    times.push(performance.now() - startedAt);
  }
  return { emails, medianMs: times.sort((x, y) => x - y)[Math.floor(count / 2)] ?? 0 };
}

/** When each of the first `count` attempts reached the sink. */
async function arrivals(count: number): Promise<number[]> {
  const instants: number[] = [];
  while (instants.length < count) {
    await eventually(() => expect(sink.attempts).toBeGreaterThan(instants.length));
    instants.push(performance.now());
  }
  return instants;
}
