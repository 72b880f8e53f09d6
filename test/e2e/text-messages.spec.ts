import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { idOf } from '../support/administration.js';
import type { Answer } from '../support/client.js';
import { type SignedUp, signUp, tokenIn } from '../support/factories.js';
import { expectProblem } from '../support/problems.js';
import type { ReceivedMail } from '../support/received-mail.js';
import { eventually } from '../support/servers.js';
import { type ReceivedText, useSmsGateway } from '../support/sms-gateway.js';
import { query } from '../support/stored.js';
import { publishTemplate } from '../support/templates.js';
import { useApp, WITH_ADMIN } from '../support/use-app.js';

const PHONE = '/users/me/phone';
const gateway = useSmsGateway();
const { admin, api, database, sink } = useApp('all', () => ({ ...WITH_ADMIN, SMS_URL: gateway.url }));
const without = useApp('all', WITH_ADMIN);

interface Phone {
  readonly phoneNumber: string | null;
  readonly verifiedAt: string | null;
  readonly pendingPhoneNumber: string | null;
}

interface Sent {
  readonly id: string;
  readonly state: string;
  readonly deliveries: readonly {
    readonly channel: string;
    readonly state: string;
    readonly reason: string | null;
    readonly attempts: readonly { readonly provider: string; readonly outcome: string }[];
  }[];
}

let numbers = 0;
/** One that no other test uses. */
function aNumber(): string {
  numbers += 1;
  return `+49151000${String(numbers).padStart(5, '0')}`;
}

beforeAll(async () => {
  for (const app of [admin, without.admin]) {
    await publishTemplate(app, 'parcel', {
      category: 'parcels',
      variables: { orderId: { type: 'string' } },
      contents: {
        en: { sms: { text: 'Order {{ orderId }} is here, {{ recipient.displayName }}.' } },
        de: { sms: { text: 'Bestellung {{ orderId }} ist da.' } },
      },
    });
  }
});

beforeEach(() => gateway.answer(202));

function textsTo(number: string, count: number): Promise<ReceivedText[]> {
  return eventually(() => {
    const texts = gateway.texts.filter(({ to }) => to === number);
    expect(texts).toHaveLength(count);
    return texts;
  });
}

const codeIn = ({ text }: ReceivedText): string => /\d{6}/.exec(text)?.[0] ?? '';

async function codeFor(number: string, count = 1): Promise<string> {
  return codeIn((await textsTo(number, count)).at(-1) as ReceivedText);
}

function set({ api: own }: SignedUp, phoneNumber: string): Promise<Answer<Phone>> {
  return own.send<Phone>('PUT', PHONE, { json: { phoneNumber } });
}

const verify = ({ api: own }: SignedUp, code: string) => own.post<Phone>(`${PHONE}/verify`, { code });

async function verified(displayName = 'Ada'): Promise<SignedUp> {
  const user = await signUp(api, { displayName });
  const mail = await eventually(() => {
    const [found] = sink.mailsTo(user.email);
    expect(found).toBeDefined();
    return found as ReceivedMail;
  });
  expect((await api.verify(tokenIn(mail))).status).toBe(204);
  return user;
}

/** Someone whose number is verified. */
async function withPhone(displayName = 'Ada'): Promise<{ user: SignedUp; number: string }> {
  const [user, number] = [await verified(displayName), aNumber()];
  await set(user, number);
  expect((await verify(user, await codeFor(number))).status).toBe(200);
  return { user, number };
}

async function send(to: SignedUp, data: object = { orderId: '4711' }): Promise<Sent> {
  const sent = await admin.post<Sent>('/notifications', { recipient: idOf(to), template: 'parcel', data });
  expect(sent.status).toBe(202);
  return sent.body;
}

const get = async (id: string): Promise<Sent> => (await admin.get<Sent>(`/notifications/${id}`)).body;

describe('a phone number', () => {
  it('is used once the code that was sent to it is entered', async () => {
    const [user, number] = [await verified(), aNumber()];
    expect((await user.api.get<Phone>(PHONE)).body).toEqual({
      phoneNumber: null,
      verifiedAt: null,
      pendingPhoneNumber: null,
    });
    const pending = await set(user, number);
    expect(pending.body).toEqual({ phoneNumber: null, verifiedAt: null, pendingPhoneNumber: number });
    const [text] = await textsTo(number, 1);
    expect(text?.text).toMatch(/^\d{6} is your code to get text messages from /);
    const code = codeIn(text as ReceivedText);
    const wrong = code === '000000' ? '000001' : '000000';
    expectProblem(await verify(user, wrong), 422, 'invalid-phone-code');
    const { body } = await verify(user, code);
    expect(body).toEqual({
      phoneNumber: number,
      verifiedAt: expect.stringMatching(/Z$/),
      pendingPhoneNumber: null,
    });
    expect((await user.api.get<Phone>(PHONE)).body).toEqual(body);
    expectProblem(await verify(user, code), 422, 'invalid-phone-code');
    // Setting it again sends nothing.
    expect((await set(user, number)).body).toEqual(body);
    await textsTo(number, 1);
  });

  it('stays the same until another one is verified, and can be removed', async () => {
    const { user, number } = await withPhone();
    const next = aNumber();
    expect((await set(user, next)).body).toMatchObject({ phoneNumber: number, pendingPhoneNumber: next });
    await send(user);
    await textsTo(number, 2);
    await verify(user, await codeFor(next));
    await send(user);
    await textsTo(next, 2);
    expect((await user.api.delete(PHONE)).status).toBe(204);
    expect((await send(user)).deliveries).toMatchObject([
      { state: 'suppressed', reason: 'the recipient has no verified phone number' },
    ]);
    await textsTo(next, 2);
  });

  it('can be guessed five times, and asked for five times a day', async () => {
    const [user, number] = [await verified(), aNumber()];
    await set(user, number);
    const code = await codeFor(number);
    const wrong = code === '000000' ? '000001' : '000000';
    for (let guess = 0; guess < 5; guess += 1) {
      await verify(user, wrong);
    }
    expectProblem(await verify(user, code), 422, 'invalid-phone-code');
    for (let request = 2; request <= 5; request += 1) {
      expect((await set(user, number)).status).toBe(200);
      // Otherwise the next one might replace it before it's sent.
      await textsTo(number, request);
    }
    const refused = await set(user, number);
    expectProblem(refused, 429, 'too-many-phone-codes');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
    await user.api.delete(PHONE);
    expectProblem(await set(user, aNumber()), 429, 'too-many-phone-codes');
    const yesterday = `update notifications.phones set codes_since = now() - interval '25 hours' where user_id = $1`;
    await query(database.url, yesterday, [idOf(user)]);
    expectProblem(await set(user, number), 429, 'too-many-phone-codes');
    await query(
      database.url,
      `update notifications.phone_code_counts set since = now() - interval '25 hours'`,
    );
    expect((await set(user, number)).status).toBe(200);
    expect((await verify(user, await codeFor(number, 6))).status).toBe(200);
  });

  it('gets five codes a day, whoever asks for them, and only if their email address is verified', async () => {
    const number = aNumber();
    expectProblem(await set(await signUp(api), number), 409, 'verified-email-required');
    const [first, second] = [await verified(), await verified()];
    for (const user of [first, first, first, second, second]) {
      expect((await set(user, number)).status).toBe(200);
    }
    expectProblem(await set(second, number), 429, 'too-many-phone-codes');
  });

  it('gets no code that is no longer of use', async () => {
    const [user, old, next] = [await verified(), aNumber(), aNumber()];
    gateway.answer(503);
    await set(user, old);
    await textsTo(old, 1);
    await set(user, next);
    gateway.answer(202);
    const row = `select state, last_error from notifications.deliveries where user_id = $1 and template = 'verify-phone' order by id`;
    await eventually(
      async () =>
        expect(await query(database.url, row, [idOf(user)])).toEqual([
          { state: 'suppressed', last_error: 'there is a newer code, or the number was removed' },
          { state: 'sent', last_error: null },
        ]),
      { timeoutMs: 20_000 },
    );
    await textsTo(old, 1);
  });

  it('is not verified by a code that is too old', async () => {
    const [user, number] = [await verified(), aNumber()];
    await set(user, number);
    const code = await codeFor(number);
    const later = `update notifications.phones set pending_expires_at = now() where user_id = $1`;
    await query(database.url, later, [idOf(user)]);
    expectProblem(await verify(user, code), 422, 'invalid-phone-code');
  });

  it.each(['015123456789', '+0151234567', '+49 151 1234', '+123456', '+1234567890123456', ''])(
    'must be in E.164 format, unlike %j',
    async (phoneNumber) => {
      expectProblem(await set(await verified(), phoneNumber), 400, 'invalid-input');
    },
  );

  it('is sealed in the database', async () => {
    const { user, number } = await withPhone();
    const rows = await query(database.url, 'select * from notifications.phones where user_id = $1', [
      idOf(user),
    ]);
    expect(JSON.stringify(rows)).not.toContain(number.slice(1));
  });

  it('can only be set where text messages can be sent', async () => {
    const user = await signUp(without.api);
    expectProblem(await set(user, aNumber()), 409, 'sms-not-configured');
    const sent = await without.admin.post<Sent>('/notifications', {
      recipient: idOf(user),
      template: 'parcel',
      data: { orderId: '1' },
    });
    expect(sent.body.deliveries).toMatchObject([{ state: 'suppressed', reason: 'SMS_URL is not set' }]);
  });
});

describe('a text message', () => {
  it('is sent in the language of its recipient, and its attempt is recorded', async () => {
    const { user, number } = await withPhone('Ada Lovelace');
    const { id, state } = await send(user);
    expect(state).toBe('queued');
    const [, text] = await textsTo(number, 2);
    expect(text).toMatchObject({ text: 'Order 4711 is here, Ada Lovelace.' });
    await eventually(async () =>
      expect(await get(id)).toMatchObject({
        state: 'sent',
        deliveries: [{ channel: 'sms', attempts: [{ provider: 'sms', outcome: 'sent' }] }],
      }),
    );
    await user.api.send('PATCH', '/users/me', { json: { locale: 'de-AT' } });
    await send(user);
    expect((await textsTo(number, 3)).at(-1)?.text).toBe('Bestellung 4711 ist da.');
  });

  it('is sent again with the same ID when the gateway is back', async () => {
    const { user, number } = await withPhone();
    gateway.answer(500);
    const { id } = await send(user);
    await textsTo(number, 2);
    gateway.answer(202);
    const texts = await textsTo(number, 3);
    expect(texts[2]?.id).toBe(texts[1]?.id);
    expect(texts[1]?.headers['idempotency-key']).toBe(texts[1]?.id);
    await eventually(async () =>
      expect((await get(id)).deliveries[0]?.attempts.map(({ outcome }) => outcome)).toEqual([
        'unknown',
        'sent',
      ]),
    );
  });

  it('is given up if the gateway refuses it', async () => {
    const { user } = await withPhone();
    gateway.answer(422);
    const { id } = await send(user);
    await eventually(async () =>
      expect((await get(id)).deliveries).toMatchObject([{ state: 'failed', reason: '422' }]),
    );
  });

  it('can be turned off, and waits for the end of quiet hours', async () => {
    const { user, number } = await withPhone();
    const preferences = '/users/me/notification-preferences';
    const off = { categories: { parcels: { sms: false } } };
    await user.api.send('PUT', preferences, { json: off });
    expect((await send(user)).deliveries).toMatchObject([{ state: 'suppressed' }]);
    const at = (hours: number): string =>
      new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
    const quietHours = { start: at(-1), end: at(2) };
    await user.api.send('PUT', preferences, { json: { quietHours, digest: { afterMinutes: 60 } } });
    const { id } = await send(user);
    await eventually(async () => expect((await get(id)).deliveries[0]?.reason).toMatch(/^it is held until /));
    await textsTo(number, 1);
  });

  it('is checked and previewed like an email', async () => {
    const variables = { orderId: { type: 'string' } };
    const text = (source: string) => ({ variables, contents: { en: { sms: { text: source } } } });
    await admin.post('/notification-templates', { name: 'broken', ...text('{{ orderID }}') });
    expectProblem(await admin.post('/notification-templates/broken/publish'), 422, 'invalid-template');
    await admin.patch('/notification-templates/broken', text('Order {{ orderId }}'));
    const preview = { data: { orderId: '4711' } };
    expect((await admin.post('/notification-templates/broken/preview', preview)).body).toMatchObject({
      email: null,
      inbox: null,
      sms: { text: 'Order 4711' },
    });
    const tooLong = text('x'.repeat(1_601));
    expectProblem(await admin.patch('/notification-templates/broken', tooLong), 400, 'invalid-input');
  });
});
