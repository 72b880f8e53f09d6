import { freePort } from '#tools/embedded';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSmsGateway } from '../../../../test/support/sms-gateway.js';
import type { SendContext } from '../channel.js';
import { SmsGateway, type TextMessage } from './sms-gateway.js';

const message: TextMessage = { id: 'a-delivery', to: '+4915123456789', text: 'Hello' };
const context: SendContext = { signal: new AbortController().signal, isHeld: () => true };
const server = useSmsGateway();

beforeEach(() => server.answer(202));

describe('SmsGateway', () => {
  it('posts the message as JSON, with a key by which a repeated one is recognized', async () => {
    expect(await new SmsGateway(`${server.url}/texts`).send(message, context)).toEqual({ kind: 'sent' });
    const { headers, ...received } = server.texts.at(-1) ?? {};
    expect(received).toEqual(message);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'a-delivery' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('sends the user and password of its URL as Basic authentication', async () => {
    const url = server.url.replace('://', '://acme:se%3Acret@');
    expect(await new SmsGateway(url).send(message, context)).toEqual({ kind: 'sent' });
    const { authorization = '' } = server.texts.at(-1)?.headers ?? {};
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe('acme:se:cret');
  });

  it.each([
    [200, 'sent'],
    [204, 'sent'],
    [302, 'unreachable'],
    [400, 'refused'],
    [401, 'unreachable'],
    [403, 'unreachable'],
    [404, 'unreachable'],
    [408, 'deferred'],
    [422, 'refused'],
    [429, 'deferred'],
    [500, 'unknown'],
    [502, 'unknown'],
    [503, 'unreachable'],
    [504, 'unknown'],
  ] as const)('takes the answer %i as "%s"', async (status, kind) => {
    server.answer(status);
    const before = server.texts.length;
    const outcome = await new SmsGateway(server.url).send(message, context);
    expect(outcome).toEqual(kind === 'sent' ? { kind } : { kind, reason: String(status) });
    // Nobody is followed elsewhere.
    expect(server.texts).toHaveLength(before + 1);
  });

  it('says that nothing was sent if nothing listens', async () => {
    const outcome = await new SmsGateway(`http://127.0.0.1:${await freePort()}`).send(message, context);
    expect(outcome).toEqual({ kind: 'unreachable', reason: 'ECONNREFUSED' });
  });

  it('does not know whether it was sent if it gives up waiting', async () => {
    server.answer('never');
    const abort = new AbortController();
    const sending = new SmsGateway(server.url).send(message, { ...context, signal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    expect(await sending).toEqual({ kind: 'unknown', reason: 'AbortError' });
  });

  it('sends nothing once its claim has lapsed', async () => {
    const before = server.texts.length;
    const outcome = await new SmsGateway(server.url).send(message, { ...context, isHeld: () => false });
    expect(outcome).toEqual({ kind: 'unknown', reason: 'EABORT' });
    expect(server.texts).toHaveLength(before);
  });
});
