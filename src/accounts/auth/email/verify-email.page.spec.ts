import { describe, expect, it } from '@jest/globals';
import { type FormPage, openFormPage } from '../../../../test/support/form-page.js';
import { VerifyEmailPage } from './verify-email.page.js';

const TEXT = {
  done: expect.stringMatching(/address is confirmed/),
  password: expect.stringMatching(/enter the password/),
  wrong: expect.stringMatching(/isn't the password/),
  invalid: expect.stringMatching(/isn't valid, or it has expired/),
  sent: expect.stringMatching(/on its way/),
  address: expect.stringMatching(/isn't a valid email address/),
  failed: expect.stringMatching(/try again/),
};

describe('the page behind the link in the mail', () => {
  it.each([
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    [' DE', 'de'],
    ['en, de', 'en'],
    ['den', 'en'],
    [undefined, 'en'],
  ])('is for a browser that prefers %j in %s', (languages, language) => {
    const page = new VerifyEmailPage().show(languages);
    expect(page).toContain(`<html lang="${language}"`);
    expect(page).toContain(language === 'de' ? 'Bestätigen' : 'Confirm');
  });

  it('does nothing until the button is clicked, and then confirms', async () => {
    const page = open('?token=abc');
    expect(page.requests).toEqual([]);
    expect([page.first.hidden, page.field.hidden, page.second.hidden]).toEqual([false, true, true]);
    await page.submit(page.first, 204);
    expect(page.requests).toEqual([
      {
        path: 'v2/auth/email/verify',
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"abc"}',
      },
    ]);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.done, page.status]);
    expect([page.first.hidden, page.second.hidden, page.lead.hidden]).toEqual([true, true, true]);
  });

  it('asks for the password if it is needed, and again if it is wrong', async () => {
    const page = open('?token=abc');
    await page.submit(page.first, 401);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.password, page.password]);
    expect([page.field.hidden, page.first.hidden, page.lead.hidden]).toEqual([false, false, false]);
    expect([page.password.invalid, page.email.invalid]).toEqual(['true', 'false']);
    page.password.value = 'wrong';
    await page.submit(page.first, 401);
    expect(page.status.textContent).toEqual(TEXT.wrong);
    page.password.value = 'seven brave otters';
    await page.submit(page.first, 204);
    expect(page.requests.at(-1)?.body).toBe('{"token":"abc","password":"seven brave otters"}');
    expect([page.status.textContent, page.password.invalid]).toEqual([TEXT.done, 'false']);
  });

  it.each([500, 429, 0])('lets people try again after the status %j', async (status) => {
    const page = open('?token=abc');
    await page.submit(page.first, status);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.failed, page.status]);
    expect([page.first.hidden, page.field.hidden, page.second.hidden]).toEqual([false, true, true]);
    await page.submit(page.first, 401);
    await page.submit(page.first, status);
    expect(page.field.hidden).toBe(false);
  });

  it('offers a new mail if the link is invalid', async () => {
    const page = open('');
    await page.submit(page.first, 400);
    expect(page.requests[0]?.body).toBe('{"token":""}');
    expect([page.status.textContent, page.first.hidden, page.second.hidden]).toEqual([
      TEXT.invalid,
      true,
      false,
    ]);
    page.email.value = 'nobody';
    await page.submit(page.second, 400);
    expect([page.status.textContent, page.focused, page.email.invalid, page.second.hidden]).toEqual([
      TEXT.address,
      page.email,
      'true',
      false,
    ]);
    await page.submit(page.second, 500);
    expect([page.status.textContent, page.second.hidden]).toEqual([TEXT.failed, false]);
    page.email.value = 'ada@acme.test';
    await page.submit(page.second, 202);
    expect(page.requests.at(-1)).toMatchObject({
      path: 'v2/auth/email/resend',
      body: '{"email":"ada@acme.test"}',
    });
    expect([page.status.textContent, page.second.hidden]).toEqual([TEXT.sent, true]);
  });

  it('removes the account for people who did not sign up', async () => {
    const page = open('?token=abc');
    await page.submit(page.third, 500);
    expect([page.status.textContent, page.first.hidden, page.third.hidden]).toEqual([
      TEXT.failed,
      false,
      false,
    ]);
    await page.submit(page.third, 204);
    expect(page.requests.at(-1)).toMatchObject({ path: 'v2/auth/email/disown', body: '{"token":"abc"}' });
    expect(page.status.textContent).toMatch(/account has been removed/);
    expect([page.first.hidden, page.third.hidden, page.lead.hidden]).toEqual([true, true, true]);
  });

  it('tells them if there is nothing to remove', async () => {
    const page = open('?token=abc');
    await page.submit(page.third, 400);
    expect(page.status.textContent).toMatch(/don't need to do anything/);
    expect([page.first.hidden, page.second.hidden, page.third.hidden]).toEqual([true, true, true]);
  });

  it('takes one click at a time', async () => {
    const page = open('?token=abc');
    const submitted = page.submit(page.first, 204);
    expect(page.first.button.disabled).toBe(true);
    await submitted;
    expect(page.first.button.disabled).toBe(false);
  });
});

function open(search: string): FormPage {
  return openFormPage(new VerifyEmailPage().show('en'), search);
}
