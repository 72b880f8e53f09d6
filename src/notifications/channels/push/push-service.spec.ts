import { freePort } from '#tools/embedded';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { holdOutboundClient, resolverOf } from '../../../../test/support/outbound-client.js';
import { newVapidKeys, usePushService } from '../../../../test/support/push-service.js';
import type { OutboundClient } from '../../outbound/index.js';
import type { PushTarget } from '../../recipients/index.js';
import type { SendContext } from '../channel.js';
import type { PushMessage } from './push-request.js';
import { isFailureOfService, isGone, PushService } from './push-service.js';

const ID = '0199c1d2-7a3b-7cde-8f01-23456789abcd';
const TTL_SECONDS = '259200';
const vapid = { ...newVapidKeys(), subject: 'mailto:no-reply@acme.test' };
const context: SendContext = { signal: new AbortController().signal, isHeld: () => true };
const server = usePushService();

beforeEach(() => server.answer(201));

function aTarget(key = vapid.publicKey): PushTarget {
  const { endpoint, keys } = server.subscribe(key);
  return { endpoint, ...keys };
}

function messageTo(target: PushTarget, others: Partial<PushMessage> = {}): PushMessage {
  return { id: ID, target, payload: '{"title":"Grüße 👋"}', isUrgent: false, ...others };
}

async function serviceThatMayCall(client?: OutboundClient): Promise<PushService> {
  return new PushService(
    server.host,
    client ?? (await holdOutboundClient({ allowedNetworks: ['127.0.0.0/8'] })),
    vapid,
  );
}

describe('PushService', () => {
  it('sends what only the browser can read, signed with the key that it has subscribed with', async () => {
    const target = aTarget();
    const service = await serviceThatMayCall();
    expect(await service.send(messageTo(target), context)).toEqual({ kind: 'sent' });
    const { headers, ...received } = server.pushes.at(-1) ?? {};
    expect(received).toMatchObject({
      endpoint: target.endpoint,
      payload: '{"title":"Grüße 👋"}',
      subject: 'mailto:no-reply@acme.test',
    });
    expect(headers).toMatchObject({
      'content-encoding': 'aes128gcm',
      ttl: TTL_SECONDS,
      urgency: 'normal',
      topic: '0199c1d27a3b7cde8f0123456789abcd',
    });
  });

  it('says that what protects an account is urgent', async () => {
    await (await serviceThatMayCall()).send(messageTo(aTarget(), { isUrgent: true }), context);
    expect(server.pushes.at(-1)?.headers).toMatchObject({ urgency: 'high' });
  });

  it('sends the largest message in the 4,096 bytes that every service accepts', async () => {
    const payload = 'x'.repeat(3_993);
    expect(await (await serviceThatMayCall()).send(messageTo(aTarget(), { payload }), context)).toEqual({
      kind: 'sent',
    });
    expect(server.pushes.at(-1)).toMatchObject({ payload, bytes: 4_096 });
  });

  it.each([
    [200, 'sent'],
    [201, 'sent'],
    [202, 'sent'],
    [302, 'refused'],
    [400, 'refused'],
    [401, 'unreachable'],
    [403, 'unreachable'],
    [404, 'refused'],
    [405, 'refused'],
    [408, 'deferred'],
    [410, 'refused'],
    [413, 'refused'],
    [429, 'deferred'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unreachable'],
    [504, 'unknown'],
  ] as const)('takes the answer %i as "%s"', async (status, kind) => {
    server.answer(status);
    const before = server.pushes.length;
    const outcome = await (await serviceThatMayCall()).send(messageTo(aTarget()), context);
    expect(outcome).toEqual(kind === 'sent' ? { kind } : { kind, reason: String(status) });
    expect(isGone(outcome)).toBe(status === 404 || status === 410);
    // Everyone's messages wait only for a service that is down.
    expect(isFailureOfService(outcome)).toBe(status >= 500);
    // Nobody is followed elsewhere.
    expect(server.pushes).toHaveLength(before + 1);
  });

  it('is rejected for a subscription that was made with another key, and others are not', async () => {
    const service = await serviceThatMayCall();
    const foreign = aTarget(newVapidKeys().publicKey);
    expect(await service.send(messageTo(foreign), context)).toEqual({ kind: 'unreachable', reason: '403' });
    expect(await service.send(messageTo(aTarget()), context)).toEqual({ kind: 'sent' });
  });

  it('refuses keys that cannot be used', async () => {
    const service = await serviceThatMayCall();
    const outcome = await service.send(messageTo({ ...aTarget(), p256dh: 'AAAA' }), context);
    expect(outcome).toEqual({ kind: 'refused', reason: 'the keys of the browser are not valid' });
  });

  it('says that nothing was sent if nothing listens', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}/send`;
    const outcome = await (await serviceThatMayCall()).send(messageTo({ ...aTarget(), endpoint }), context);
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'connection refused' });
  });

  it('does not know whether it was sent if it gives up waiting', async () => {
    server.answer('never');
    const abort = new AbortController();
    const service = await serviceThatMayCall();
    const sending = service.send(messageTo(aTarget()), { ...context, signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    expect(await sending).toEqual({ kind: 'unknown', reason: 'aborted' });
  });

  it('sends nothing once its claim has lapsed', async () => {
    const before = server.pushes.length;
    const outcome = await (
      await serviceThatMayCall()
    ).send(messageTo(aTarget()), { ...context, isHeld: () => false });
    expect(outcome).toEqual({ kind: 'unknown', reason: 'EABORT' });
    expect(server.pushes).toHaveLength(before);
  });

  it('reaches nothing at a private address, whether the endpoint says so or its name leads there', async () => {
    const client = await holdOutboundClient({ resolver: resolverOf({ 'push.example': ['127.0.0.1'] }) });
    const service = await serviceThatMayCall(client);
    const { port, pathname } = new URL(aTarget().endpoint);
    const before = server.pushes.length;
    for (const host of [`127.0.0.1:${port}`, `push.example:${port}`]) {
      for (const scheme of ['http', 'https']) {
        const target = { ...aTarget(), endpoint: `${scheme}://${host}${pathname}` };
        expect(await service.send(messageTo(target), context)).toEqual({
          kind: 'refused',
          reason: 'the address is not allowed',
        });
      }
    }
    expect(server.pushes).toHaveLength(before);
  });
});
