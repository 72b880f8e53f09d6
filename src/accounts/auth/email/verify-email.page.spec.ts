import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { VerifyEmailPage } from './verify-email.page.js';

const TEXT = {
  done: expect.stringMatching(/address is confirmed/),
  password: expect.stringMatching(/enter the password/),
  wrong: expect.stringMatching(/isn't the password/),
  invalid: expect.stringMatching(/isn't valid, or no longer/),
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
    expect([page.confirm.hidden, page.passwordField.hidden, page.resend.hidden]).toEqual([false, true, true]);
    await page.submit(page.confirm, 204);
    expect(page.requests).toEqual([
      {
        path: 'v2/auth/email/verify',
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{"token":"abc"}',
      },
    ]);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.done, page.status]);
    expect([page.confirm.hidden, page.resend.hidden, page.lead.hidden]).toEqual([true, true, true]);
  });

  it('asks for the password if it is needed, and again if it is wrong', async () => {
    const page = open('?token=abc');
    await page.submit(page.confirm, 401);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.password, page.password]);
    expect([page.passwordField.hidden, page.confirm.hidden, page.lead.hidden]).toEqual([false, false, false]);
    expect([page.password.invalid, page.email.invalid]).toEqual(['true', 'false']);
    page.password.value = 'wrong';
    await page.submit(page.confirm, 401);
    expect(page.status.textContent).toEqual(TEXT.wrong);
    page.password.value = 'seven brave otters';
    await page.submit(page.confirm, 204);
    expect(page.requests.at(-1)?.body).toBe('{"token":"abc","password":"seven brave otters"}');
    expect([page.status.textContent, page.password.invalid]).toEqual([TEXT.done, 'false']);
  });

  it.each([500, 429, 0])('lets people try again after the status %j', async (status) => {
    const page = open('?token=abc');
    await page.submit(page.confirm, status);
    expect([page.status.textContent, page.focused]).toEqual([TEXT.failed, page.status]);
    expect([page.confirm.hidden, page.passwordField.hidden, page.resend.hidden]).toEqual([false, true, true]);
    await page.submit(page.confirm, 401);
    await page.submit(page.confirm, status);
    expect(page.passwordField.hidden).toBe(false);
  });

  it('offers a new mail if the link is invalid', async () => {
    const page = open('');
    await page.submit(page.confirm, 400);
    expect(page.requests[0]?.body).toBe('{"token":""}');
    expect([page.status.textContent, page.confirm.hidden, page.resend.hidden]).toEqual([
      TEXT.invalid,
      true,
      false,
    ]);
    page.email.value = 'nobody';
    await page.submit(page.resend, 400);
    expect([page.status.textContent, page.focused, page.email.invalid, page.resend.hidden]).toEqual([
      TEXT.address,
      page.email,
      'true',
      false,
    ]);
    await page.submit(page.resend, 500);
    expect([page.status.textContent, page.resend.hidden]).toEqual([TEXT.failed, false]);
    page.email.value = 'ada@acme.test';
    await page.submit(page.resend, 202);
    expect(page.requests.at(-1)).toMatchObject({
      path: 'v2/auth/email/resend',
      body: '{"email":"ada@acme.test"}',
    });
    expect([page.status.textContent, page.resend.hidden]).toEqual([TEXT.sent, true]);
  });

  it('takes one click at a time', async () => {
    const page = open('?token=abc');
    const submitted = page.submit(page.confirm, 204);
    expect(page.confirm.button.disabled).toBe(true);
    await submitted;
    expect(page.confirm.button.disabled).toBe(false);
  });
});

interface Sent {
  readonly path: string;
  readonly method: string;
  readonly headers: object;
  readonly body: string;
}

/** The page in a browser that has only what its script uses. */
function open(search: string) {
  const html = new VerifyEmailPage().show('en');
  const script = /<script>([^]*)<\/script>/.exec(html)?.[1] ?? '';
  const texts = [...html.matchAll(/data-(\w+)="([^"]+)"/g)].map(([, name, text = '']) => [
    name,
    unescaped(text),
  ]);
  const [, confirmHidden, fieldHidden, resendHidden] =
    /<form( hidden)?>\s*<p( hidden)?>[^]*name="password"[^]*<form( hidden)?>[^]*name="email"/.exec(html) ??
    [];
  const requests: Sent[] = [];
  const page = { focused: undefined as unknown, nextStatus: 0 };
  const focusable = () => {
    const element = { hidden: false, textContent: '', focus: () => (page.focused = element) };
    return element;
  };
  const passwordField = { hidden: fieldHidden !== undefined };
  const input = (field: object) => {
    const element = {
      ...focusable(),
      value: '',
      invalid: undefined as string | undefined,
      closest: () => field,
      setAttribute: (_: string, value: string) => (element.invalid = value),
      focus: () => (page.focused = element),
    };
    return element;
  };
  const [password, email] = [input(passwordField), input({})];
  const form = (hidden: boolean) => {
    const button = { disabled: false };
    return {
      hidden,
      password,
      email,
      button,
      submit: undefined as unknown as (event: object) => Promise<void>,
      querySelector: () => button,
      addEventListener(_: string, listener: (event: object) => Promise<void>) {
        this.submit = listener;
      },
    };
  };
  const [confirm, resend] = [form(confirmHidden !== undefined), form(resendHidden !== undefined)];
  const status = focusable();
  const lead = { hidden: false, dataset: Object.fromEntries(texts) };
  runInNewContext(script, {
    URLSearchParams,
    location: { search },
    document: {
      forms: [confirm, resend],
      querySelector: (selector: string) => (selector === '[data-done]' ? lead : status),
      querySelectorAll: () => [password, email],
    },
    fetch: (path: string, { method, headers, body }: Sent) => {
      requests.push({ path, method, headers: { ...headers }, body });
      return page.nextStatus === 0
        ? Promise.reject(new TypeError('there is no network'))
        : Promise.resolve({ status: page.nextStatus });
    },
  });
  /** @param answer the status of the response; 0 for none */
  const submit = async (which: typeof confirm, answer: number): Promise<void> => {
    page.nextStatus = answer;
    let prevented = false;
    await which.submit({ preventDefault: () => (prevented = true) });
    expect(prevented).toBe(true);
  };
  return {
    requests,
    confirm,
    resend,
    password,
    passwordField,
    email,
    status,
    lead,
    submit,
    get focused() {
      return page.focused;
    },
  };
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
