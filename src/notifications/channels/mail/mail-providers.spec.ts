import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { SharedClock } from '#libs/clock';
import type { AppConfig } from '../../../../config/index.js';
import { collectLog } from '../../../../test/support/collected-log.js';
import { holdProviderRates } from '../../../../test/support/provider-rates.js';
import { useSmtpSink } from '../../../../test/support/use-servers.js';
import type { WaitingContext } from '../channel.js';
import { ProviderMetrics } from '../provider-metrics.js';
import type { ProviderRates } from '../rates/provider-rates.js';
import { MailProviders } from './mail-providers.js';
import type { Mail } from './mailer.js';

const mail: Mail = {
  to: { address: 'ada@example.com', name: null },
  messageId: '<0199@app.example.com>',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
};
const context: WaitingContext = {
  signal: new AbortController().signal,
  isHeld: () => true,
  waiting: { rank: 'ordinary', slot: null, before: new Date(8.64e15) },
};

const first = useSmtpSink();
const second = useSmtpSink();
let registry: Registry;
let rates: ProviderRates;
let providers: MailProviders;
const made: MailProviders[] = [];

beforeEach(async () => {
  registry = new Registry();
  rates = await holdProviderRates();
  providers = providersOf(first.url, second.url);
});

afterEach(async () => {
  jest.restoreAllMocks();
  made.splice(0).forEach((each) => each.onApplicationShutdown());
  await first.stop();
  await first.start();
});

describe('while the first mail server', () => {
  it('works, the second one is not used', async () => {
    expect(await providers.send(mail, context)).toMatchObject({
      outcome: { kind: 'sent' },
      attempts: [{ provider: 'smtp', outcome: 'sent', reason: null }],
    });
    expect(second.attempts).toBe(0);
  });

  it('is down, the second one sends the mail, and both attempts are recorded', async () => {
    await first.stop();
    expect(await providers.send(mail, context)).toEqual({
      outcome: { kind: 'sent' },
      attempts: [
        expect.objectContaining({
          provider: 'smtp',
          outcome: 'unreachable',
          reason: 'CONN ECONNREFUSED',
          at: expect.stringMatching(/^\d{4}-.*Z$/),
          durationMs: expect.any(Number),
        }),
        expect.objectContaining({ provider: 'smtp-fallback', outcome: 'sent', reason: null }),
      ],
    });
    expect(second.mails.map(({ messageId }) => messageId)).toEqual([mail.messageId]);
  });

  it('refuses our login or sender, the second one sends the mail', async () => {
    first.behave('reject-sender');
    expect(await providers.send(mail, context)).toMatchObject({ outcome: { kind: 'sent' } });
    expect(second.mails).toHaveLength(1);
  });

  it.each(['reject-recipient', 'reject-content', 'defer', 'drop'] as const)(
    'does %s, the second one is not asked: it would not know better, or the mail might arrive twice',
    async (behaviour) => {
      first.behave(behaviour);
      expect((await providers.send(mail, context)).attempts).toHaveLength(1);
      expect(second.attempts).toBe(0);
    },
  );
});

describe('a mail server that fails five times in a row', () => {
  it('is not even asked, until it works again', async () => {
    const lines = collectLog();
    const later = stopClock();
    await first.stop();
    await sendTimes(5);
    const [sixth] = await sendTimes(1);
    expect(sixth?.attempts).toMatchObject([{ provider: 'smtp-fallback', outcome: 'sent' }]);
    expect(await registry.metrics()).toContain('gatehouse_provider_up{provider="smtp"} 0');
    expect(await registry.metrics()).toContain('gatehouse_provider_up{provider="smtp-fallback"} 1');
    await first.start();
    later(4_900);
    expect((await providers.send(mail, context)).attempts).toHaveLength(1);
    expect(first.attempts).toBe(0);
    later(5_100);
    await sendTimes(1);
    expect(first.mails).toHaveLength(1);
    expect(await registry.metrics()).toContain('gatehouse_provider_up{provider="smtp"} 1');
    expect(lines).toMatchObject([
      { level: 'warn', text: "smtp can't be reached, so it is left alone for 5 s" },
      { level: 'log', text: 'smtp can be reached again' },
    ]);
  });

  it('holds up only one mail while it is tried again', async () => {
    const later = stopClock();
    await first.stop();
    await sendTimes(5);
    const silent = await listen(
      createServer((socket) => sockets.push(socket)),
      first.port,
    );
    later(5_100);
    const abort = new AbortController();
    const trial = providers.send(mail, { ...context, signal: abort.signal });
    expect((await providers.send(mail, context)).attempts).toMatchObject([{ provider: 'smtp-fallback' }]);
    abort.abort();
    expect(await trial).toMatchObject({ outcome: { kind: 'unknown' } });
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => silent.close(resolve));
  });

  it('leaves mails to be retried if there is no other one, which says why', async () => {
    const alone = providersOf(first.url, null);
    await first.stop();
    await sendTimes(5, alone);
    expect(await alone.send(mail, context)).toEqual({
      outcome: { kind: 'unreachable', reason: 'circuit open after CONN ECONNREFUSED' },
      attempts: [],
    });
  });

  it('is one that fails in a row, not now and then', async () => {
    for (let round = 0; round < 3; round += 1) {
      await first.stop();
      await sendTimes(4);
      await first.start();
      await sendTimes(1);
    }
    expect(first.mails).toHaveLength(3);
  });
});

const urgent: WaitingContext = { ...context, waiting: { ...context.waiting, rank: 'urgent' } };

describe('a mail server that takes one mail per minute', () => {
  it('holds what comes next, instead of passing it on to the second one', async () => {
    const slow = await slowProviders({ smtp: 1 });
    expect(await slow.send(mail, context)).toMatchObject({ outcome: { kind: 'sent' } });
    const result = await slow.send(mail, context);
    expect(result).toMatchObject({
      outcome: {
        kind: 'deferred',
        reason: expect.stringMatching(/^it is held until 2.*Z because of the rate of smtp$/),
      },
      attempts: [],
      held: { provider: 'smtp', slot: { provider: 'smtp' } },
    });
    expect((result.held?.until.getTime() ?? 0) - Date.now()).toBeGreaterThan(55_000);
    expect(second.attempts).toBe(0);
  });

  it('takes what is urgent all the same', async () => {
    const slow = await slowProviders({ smtp: 1 });
    for (let number = 0; number < 3; number += 1) {
      expect(await slow.send(mail, urgent)).toMatchObject({ outcome: { kind: 'sent' } });
    }
  });

  it('and is the second one holds what the first one failed to send, with that attempt', async () => {
    const slow = await slowProviders({ 'smtp-fallback': 1 });
    await first.stop();
    expect(await slow.send(mail, context)).toMatchObject({ outcome: { kind: 'sent' } });
    expect(await slow.send(mail, context)).toMatchObject({
      attempts: [{ provider: 'smtp', outcome: 'unreachable' }],
      held: { provider: 'smtp-fallback' },
    });
  });

  it('is tried again although its rate is used up', async () => {
    const slow = await slowProviders({ smtp: 1 });
    const later = stopClock();
    await first.stop();
    for (let number = 0; number < 5; number += 1) {
      await slow.send(mail, urgent);
    }
    await first.start();
    later(5_100);
    expect(await slow.send(mail, context)).toMatchObject({
      attempts: [{ provider: 'smtp', outcome: 'sent' }],
    });
  });
});

const sockets: Socket[] = [];

function providersOf(smtpUrl: string, smtpFallbackUrl: string | null): MailProviders {
  const publicUrl = 'https://app.example.com';
  const options = { smtpUrl, smtpFallbackUrl, from: 'no-reply@app.example.com', fromName: '', publicUrl };
  const metrics = new ProviderMetrics(smtpFallbackUrl === null ? new Registry() : registry);
  const opened = new MailProviders(options, new SharedClock(), metrics, rates);
  made.push(opened);
  return opened;
}

/** @param perMinute what they take */
async function slowProviders(perMinute: AppConfig['providerRates']): Promise<MailProviders> {
  registry = new Registry();
  rates = await holdProviderRates({ rates: perMinute });
  return providersOf(first.url, second.url);
}

async function sendTimes(count: number, to = providers) {
  const results = [];
  for (let number = 0; number < count; number += 1) {
    results.push(await to.send(mail, context));
  }
  return results;
}

/** Stops the clock. @returns sets it to so many milliseconds after that */
function stopClock(): (ms: number) => void {
  const stoppedAt = Date.now();
  const now = jest.spyOn(Date, 'now').mockReturnValue(stoppedAt);
  return (ms) => now.mockReturnValue(stoppedAt + ms);
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}
