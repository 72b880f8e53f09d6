import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { URI } from 'otpauth';
import { freePort, startMailbox } from '#tools/embedded';
import { bringChromium, startChromium } from '../support/chromium.mjs';
import { startEnvironment } from '../support/processes.mjs';

const EMAIL = 'ada@acme.test';
const SIGNED_IN = "You're signed in";
const ASKS = 'protected by a second factor';

/** `npm run browser`: signs in on our own page, with each second factor. */
export async function useSignInPage() {
  const chromium = await bringChromium();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-sign-in-'));
  const environment = await startEnvironment();
  const mailbox = await startMailbox({ dataDir: folder, log: () => undefined });
  const browser = startChromium(chromium, join(folder, 'profile'));
  try {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    await environment.startRole('all', {
      PORT: String(port),
      PUBLIC_URL: url,
      SMTP_URL: mailbox.smtpUrl,
      RATE_LIMIT_AUTH: 'off',
    });
    const newestMail = mailsOf(mailbox.webUrl);
    const page = await browser.open(`${url}/sign-in`);
    await page.see('Sign in');
    await page.addAuthenticator();
    const { app, recoveryCode } = await setUp(page, newestMail);
    const reachFactor = () => signInWithCode(page, newestMail);

    await reachFactor();
    await page.see(ASKS);
    await page.type('[name=totp]', '000000');
    await page.press('Continue');
    await page.see("That code isn't valid");
    await page.focusIsOn('totp');
    await page.run('document.querySelector("[name=trust]").click()');
    await page.type('[name=totp]', app.generate());
    await page.press('Continue');
    await page.see(SIGNED_IN);
    step('a code from the authenticator app completes the sign-in');

    await reachFactor();
    await page.see(SIGNED_IN);
    step('a trusted device is not asked again');

    await page.forgetCookies();
    await reachFactor();
    await page.see(ASKS);
    await page.press('Use a recovery code');
    await page.focusIsOn('recovery');
    await page.type('[name=recovery]', recoveryCode.toUpperCase());
    await page.press('Continue');
    await page.see(SIGNED_IN);
    step('so does a recovery code');

    await page.forgetCookies();
    await reachFactor();
    await page.see(ASKS);
    await page.press('Use a passkey');
    await page.see(SIGNED_IN);
    step('and so does a passkey');
    return 0;
  } finally {
    await browser.stop();
    await mailbox.stop();
    await environment.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Someone with a verified address, an authenticator app and a passkey. */
async function setUp(page, newestMail) {
  await page.run(`
    const send = async (path, body = {}, token = '') => {
      const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: 'Bearer ' + token }) };
      const response = await fetch('/v2' + path, { method: 'POST', headers, body: JSON.stringify(body) });
      const answer = response.status === 204 ? {} : await response.json();
      return response.ok ? answer : Promise.reject(new Error(answer.detail));
    };
    const { accessToken } = await send('/auth/register', { email: '${EMAIL}', password: 'seven brave otters' });`);
  const [, token] = /token=([\w-]+)/.exec(await newestMail('Confirm your email'));
  const otpauthUri = await page.run(`
    await send('/auth/email/verify', { token: '${token}' });
    const options = await send('/auth/passkeys/options', {}, accessToken);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const created = await navigator.credentials.create({ publicKey });
    await send('/auth/passkeys', { ...created.toJSON(), name: 'My laptop' }, accessToken);
    (await send('/auth/mfa/totp', {}, accessToken)).otpauthUri`);
  const app = URI.parse(otpauthUri);
  // The one before, because each works once.
  const code = app.generate({ timestamp: Date.now() - 30_000 });
  const codes = await page.run(
    `(await send('/auth/mfa/totp/confirm', { code: '${code}' }, accessToken)).recoveryCodes`,
  );
  return { app, recoveryCode: codes[0] };
}

async function signInWithCode(page, newestMail) {
  await page.reload();
  await page.see("we'll send you a code");
  await page.type('[name=email]', EMAIL);
  await page.press('Send a code');
  await page.see('a code is on its way');
  const [code] = /\b\d{6}\b/.exec(await newestMail('Your sign-in code'));
  await page.type('[name=code]', code);
  await page.press('Sign in');
}

/** @returns a function that waits for another mail whose subject has a word */
function mailsOf(webUrl) {
  const seen = new Set();
  return async (word) => {
    for (let waits = 0; waits < 750; waits++) {
      const response = await fetch(`${webUrl}/api/email`);
      const mail = (await response.json()).find(({ id, subject }) => !seen.has(id) && subject.includes(word));
      if (mail) {
        seen.add(mail.id);
        return mail.text;
      }
      await delay(20);
    }
    throw new Error(`There should be another mail about: ${word}`);
  };
}

function step(what) {
  console.log(`ok      ${what}`);
}
