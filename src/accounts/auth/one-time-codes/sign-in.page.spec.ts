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
    expect(page.status.textContent).toMatch(/another browser.*203\.0\.113\.7 · Firefox$/);
    expect([page.first.hidden, page.field.hidden, page.focused]).toEqual([false, false, page.code]);
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

  it('says that the account needs a second factor', async () => {
    const page = open('?token=abc');
    await page.submit(page.first, 401, { code: 'mfa-required' });
    expect(page.status.textContent).toMatch(/second factor/);
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

function open(search: string): FormPage {
  return openFormPage(new SignInPage().show('en'), search);
}
