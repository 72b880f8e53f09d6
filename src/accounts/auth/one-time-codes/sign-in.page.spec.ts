import { describe, expect, it } from '@jest/globals';
import { type FormPage, openFormPage } from '../../../../test/support/form-page.js';
import { SignInPage } from './sign-in.page.js';

describe('the page behind the link to sign in', () => {
  it('signs in on a click, with the refresh token in a cookie', async () => {
    const page = open('?token=abc');
    expect([page.requests, page.first.hidden, page.field.hidden, page.second.hidden]).toEqual([
      [],
      false,
      true,
      true,
    ]);
    await page.submit(page.first, 200);
    expect(page.requests).toEqual([
      {
        path: 'v2/auth/otp/verify',
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Session-Transport': 'cookie' },
        body: '{"token":"abc"}',
      },
    ]);
    expect(page.status.textContent).toMatch(/You're signed in/);
    expect([page.first.hidden, page.second.hidden, page.lead.hidden]).toEqual([true, true, true]);
  });

  it('says where the link was requested, and asks for the code', async () => {
    const page = open('?token=abc');
    const requestedAt = '2026-11-26T10:00:00.000Z';
    const where = { requestedAt, ipAddress: '203.0.113.7', userAgent: 'Firefox' };
    await page.submit(page.first, 401, { code: 'code-required', ...where });
    expect(page.status.textContent).toMatch(/a different browser.*203\.0\.113\.7 · Firefox$/);
    expect([page.first.hidden, page.field.hidden, page.focused]).toEqual([false, false, page.code]);
    // It's no error yet.
    expect(page.code.invalid).toBe('false');
    page.code.value = ' 123 456 ';
    await page.submit(page.first, 401, { code: 'invalid-code' });
    expect(page.requests.at(-1)?.body).toBe('{"token":"abc","code":"123456"}');
    expect(page.status.textContent).toMatch(/isn't valid/);
    expect([page.focused, page.code.invalid, page.first.hidden]).toEqual([page.code, 'true', false]);
    page.code.value = '123';
    await page.submit(page.first, 400, { code: 'invalid-input', errors: [{ pointer: '/code' }] });
    expect([page.focused, page.second.hidden]).toEqual([page.code, true]);
  });

  it.each([{ code: 'invalid-token' }, { code: 'invalid-input', errors: [{ pointer: '/token' }] }])(
    'offers a code if the link is %j, and takes it with the address',
    async (problem) => {
      const page = open('?token=abc');
      await page.submit(page.first, 400, problem);
      expect(page.status.textContent).toMatch(/isn't valid, or it has expired/);
      expect([page.first.hidden, page.second.hidden]).toEqual([true, false]);
      page.email.value = 'ada@acme.test';
      await page.submit(page.second, 202);
      expect(page.requests.at(-1)).toMatchObject({ path: 'v2/auth/otp', body: '{"email":"ada@acme.test"}' });
      expect([page.first.hidden, page.field.hidden, page.second.hidden]).toEqual([false, false, true]);
      page.code.value = '123456';
      await page.submit(page.first, 200);
      expect(page.requests.at(-1)?.body).toBe('{"email":"ada@acme.test","code":"123456"}');
    },
  );

  it('offers a code at once to those who come without a link', async () => {
    const page = open('');
    expect([page.first.hidden, page.second.hidden]).toEqual([true, false]);
    expect(page.lead.textContent).toMatch(/we'll send you a code/);
    await page.submit(page.second, 400);
    expect([page.focused, page.email.invalid]).toEqual([page.email, 'true']);
  });

  it('asks for a code from the authenticator app, and can trust the device', async () => {
    const page = await openAtFactor();
    expect([page.third.totp.invalid, page.code.invalid]).toEqual(['false', 'false']);
    expect([page.first.hidden, page.second.hidden, page.third.hidden]).toEqual([true, true, false]);
    expect([page.focused, page.third.totp.closest().hidden, page.third.recovery.closest().hidden]).toEqual([
      page.third.totp,
      false,
      true,
    ]);
    page.third.totp.value = '000000';
    await page.submit(page.third, 401, { code: 'invalid-code' });
    expect(page.requests.at(-1)).toEqual({
      path: 'v2/auth/login/mfa',
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Session-Transport': 'cookie' },
      body: '{"mfaToken":"m","factor":"totp","code":"000000","trustDevice":false}',
    });
    expect([page.status.textContent, page.focused, page.third.totp.invalid]).toEqual([
      expect.stringMatching(/code isn't valid/),
      page.third.totp,
      'true',
    ]);
    page.third.totp.value = ' 123 456 ';
    page.third.trust.checked = true;
    await page.submit(page.third, 200);
    expect(page.requests.at(-1)?.body).toMatch(/"code":"123 456","trustDevice":true/);
    expect(page.status.textContent).toMatch(/You're signed in/);
    expect([page.third.hidden, page.second.hidden]).toEqual([true, true]);
  });

  it('takes a recovery code instead, and the other way round', async () => {
    const page = await openAtFactor();
    expect([page.third.userecovery.hidden, page.third.usetotp.hidden]).toEqual([false, true]);
    await page.third.userecovery.click();
    expect([page.focused, page.third.totp.closest().hidden]).toEqual([page.third.recovery, true]);
    expect([page.third.userecovery.hidden, page.third.usetotp.hidden]).toEqual([true, false]);
    page.third.recovery.value = '8c1f0-zk3mq';
    await page.submit(page.third, 401, { code: 'invalid-code' });
    expect(page.requests.at(-1)?.body).toMatch(/"factor":"recovery-code","code":"8c1f0-zk3mq"/);
    expect([page.status.textContent, page.third.recovery.invalid]).toEqual([
      expect.stringMatching(/recovery code isn't valid/),
      'true',
    ]);
    await page.third.usetotp.click();
    expect([page.focused, page.third.recovery.closest().hidden, page.status.textContent]).toEqual([
      page.third.totp,
      true,
      '',
    ]);
  });

  it('takes a passkey, if there is one and the browser knows them', async () => {
    const page = await openAtFactor(['totp', 'passkey', 'recovery-code']);
    expect(page.third.passkey.hidden).toBe(false);
    await page.usePasskey(undefined, { status: 200 });
    expect([page.requests.at(-1)?.path, page.status.textContent]).toEqual([
      'v2/auth/passkeys/login/options',
      expect.stringMatching(/No passkey was used/),
    ]);
    await page.usePasskey({ id: 'other' }, { status: 200 }, { status: 401, body: { code: 'invalid-code' } });
    expect(page.status.textContent).toMatch(/doesn't belong to this account/);
    await page.usePasskey(undefined, { status: 429 });
    expect(page.status.textContent).toMatch(/try again in a moment/);
    await page.usePasskey({ id: 'mine' }, { status: 200 }, { status: 200 });
    expect(page.requests.at(-1)?.body).toMatch(/"factor":"passkey","code":"{\\"id\\":\\"mine\\"}"/);
    expect(page.third.hidden).toBe(true);

    const [none, old] = [await openAtFactor(), await openAtFactor(['totp', 'passkey'], false)];
    expect([none.third.passkey.hidden, old.third.passkey.hidden]).toEqual([true, true]);
  });

  it('starts again if the second factor took too long', async () => {
    const page = await openAtFactor();
    await page.submit(page.third, 401, { code: 'invalid-mfa-token' });
    expect(page.status.textContent).toMatch(/too long/);
    expect([page.first.hidden, page.second.hidden, page.third.hidden]).toEqual([true, false, true]);
    page.email.value = 'ada@acme.test';
    await page.submit(page.second, 202);
    expect([page.first.hidden, page.second.hidden]).toEqual([false, true]);
  });

  it.each([
    [429, 'too-many-attempts', /too many wrong codes.*in an hour/],
    [429, 'too-many-requests', /try again in a moment/],
    [503, 'unavailable', /try again in a moment/],
    [0, undefined, /try again in a moment/],
  ])('lets people try the second factor again after %i %s', async (status, code, says) => {
    const page = await openAtFactor();
    await page.submit(page.third, status, { code });
    expect(page.status.textContent).toMatch(says);
    expect([page.first.hidden, page.third.hidden]).toEqual([true, false]);
  });

  it.each([500, 429, 0])('lets people try again after the status %i', async (status) => {
    const page = open('?token=abc');
    await page.submit(page.first, status);
    expect(page.status.textContent).toMatch(/try again/);
    expect([page.first.hidden, page.field.hidden]).toEqual([false, true]);
  });

  it('speaks German, too', async () => {
    const page = openFormPage(new SignInPage().show('de-AT'), '?token=abc');
    await page.submit(page.first, 200);
    expect(page.status.textContent).toMatch(/angemeldet/);
  });
});

/** At a sign-in that needs a second factor. */
async function openAtFactor(
  factors: readonly string[] = ['totp', 'recovery-code'],
  hasPasskeys = true,
): Promise<FormPage> {
  const page = openFormPage(new SignInPage().show('en'), '?token=abc', { hasPasskeys });
  await page.submit(page.first, 401, { code: 'mfa-required', mfaToken: 'm', factors });
  return page;
}

function open(search: string): FormPage {
  return openFormPage(new SignInPage().show('en'), search);
}
