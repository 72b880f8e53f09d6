import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { freePort, startMailbox } from '#tools/embedded';
import { hold, useFixture } from '../support/fixture.js';
import { bash, commandsOf, commandsUnder } from '../support/guide-commands.js';
import { providerSettings } from '../support/oauth.js';
import { useOidcProvider } from '../support/oidc-provider.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

const folder = useTemporaryFolder();
const mailbox = useFixture(() =>
  hold(startMailbox({ dataDir: folder.path, log: () => undefined }), ({ stop }) => stop()),
);
const port = useFixture(async () => ({ number: String(await freePort()) }));
const provider = useOidcProvider(() => [`http://127.0.0.1:${port.number}/v2/auth/oauth/acme/callback`]);
const app = useApp('all', () => ({
  PORT: port.number,
  PUBLIC_URL: `http://127.0.0.1:${port.number}`,
  SMTP_URL: mailbox.smtpUrl,
  ...providerSettings('ACME', provider, { ISSUER: provider.issuer, TRUST_EMAIL: 'true' }),
}));

const verifyFirst = useApp('all', () => ({ REGISTRATION: 'verify-first', SMTP_URL: mailbox.smtpUrl }));

/** Runs all commands of a guide in order, as they are. @returns what they print */
async function follow(guide: string): Promise<string> {
  return run(commandsOf(`docs/guides/${guide}.md`));
}

async function run(commands: string, api = app.url): Promise<string> {
  return bash(commands, {
    PATH: process.env['PATH'] ?? '',
    API: api,
    MAILBOX: mailbox.webUrl,
    // curl is a browser, because the provider asks nothing. It keeps cookies that are only for https on this machine.
    BROWSE: `curl -sSL -o /dev/null -w %{url_effective} -c ${folder.path}/cookies -b ${folder.path}/cookies`,
  });
}

/** A guide whose requests don't work when pasted is worse than none. */
describe('the requests of the guide', () => {
  const signUp = 'docs/guides/sign-up.md';
  const hiding = commandsUnder(signUp, 'Hide who has an account');

  it('to sign-up create an account, verify its address, and remove one that someone else created', async () => {
    const output = await run(commandsOf(signUp).replace(hiding, ''));
    expect(output).toMatch(/^sign-up, first: 201\nsign-up, repeated: 201\nemail-taken$/m);
    expect(output).toMatch(/^verified, first: 204\nverified, repeated: 204$/m);
    expect(output).toMatch(/emailVerified: true,\s+displayName: 'Ada'/);
    expect(output).toMatch(/^\{"status":"accepted"\} 202\nremoved: 204\nunauthenticated\nBearer$/m);
  });

  it('to sign-up sign in only after the address is verified, and hide who has an account', async () => {
    const [setUp = ''] = commandsOf(signUp).split('\n\n');
    const output = await run(`${setUp}\n${hiding}`, verifyFirst.url);
    expect(output.split('\n')).toEqual([
      '{"status":"accepted"} 202',
      'email-not-verified',
      'password-required',
      'verified: 204',
      'Bearer',
      '{"status":"accepted"} 202',
      '',
    ]);
  });

  it('to sessions refresh one, end it on reuse and from another device, disown it, step up, and verify its token', async () => {
    const output = await follow('sessions');
    expect(output).toMatch(/^600\nthe same token\nunauthenticated$/m);
    expect(output).toMatch(/^invalid-refresh-token\nWe ended one of your sessions$/m);
    expect(output).toMatch(/current: true,\s+deviceName: 'Firefox on Linux'/);
    expect(output).toMatch(/current: false,\s+deviceName: 'Firefox on Android'/);
    expect(output).toMatch(/^phone signed out: 204\ninvalid-refresh-token\nothers signed out: 204$/m);
    expect(output).toMatch(/^disowned: 204\nunauthenticated\ntrue\nfalse$/m);
    expect(output).toMatch(/^verified: \{[^}]+roles: \[ 'user' \],\s+amr: \[ 'pwd' \]/m);
    // It waits for ten seconds.
  }, 60_000);

  it('to passwords change one, reset it with the link from the mail, and undo that with another', async () => {
    const output = await follow('passwords');
    const line = (pattern: RegExp): void => expect(output).toMatch(pattern);
    line(/pointer: '\/password',\s+code: 'weak-password'/);
    line(/^changed: 204$/m);
    line(/^\{"status":"accepted"\} 202$/m);
    line(/^reset, first: 204$/m);
    line(/^reset, repeated: 204$/m);
    line(/emailVerified: true/);
    line(/^undone, first: 204$/m);
    line(/^undone, repeated: 204$/m);
    line(/^invalid-credentials$/m);
  });

  it('to the change of the email address change it, and undo that', async () => {
    const output = await follow('email-change');
    expect(output).toMatch(/^\{"status":"accepted"\} 202\nconfirmed: 204\ntrue\nBearer$/m);
    expect(output).toMatch(/^undone: 204\nunauthenticated\nreset: 204\nBearer$/m);
  });

  it('to second factors set up an app, sign in with it, and remove it', async () => {
    const output = await follow('second-factors');
    expect(output).toMatch(/^\[ 'totp', 'recovery-code' \]\nBearer$/m);
    expect(output).toMatch(/^\{"factors":\["totp"\],"recoveryCodesLeft":9\}removed: 204\nBearer$/m);
  });

  it('to one-time codes sign in with the code from the mail', async () => {
    const output = await follow('one-time-codes');
    expect(output).toMatch(/^\{"status":"accepted"\} 202$/m);
    expect(output).toMatch(/emailVerified: true/);
    expect(output).toMatch(/"code":"code-required".*"ipAddress":"127\.0\.0\.1","userAgent":"curl/);
    expect(output).toMatch(/^Bearer$/m);
  });

  it('to social sign-in sign in with a provider, and link and unlink it', async () => {
    provider.signIn({ sub: 'ada', email: 'ada@acme.test', email_verified: true, name: 'Ada' });
    const output = await follow('social-sign-in');
    expect(output).toMatch(/name: 'acme', title: 'Acme'/);
    expect(output).toMatch(/^null$/m);
    expect(output).toMatch(/email: 'ada@acme\.test',\s+emailVerified: true/);
    expect(output).toMatch(/^invalid-exchange-code$/m);
    expect(output).toMatch(/^Bearer$/m);
    expect(output).toMatch(/provider: 'acme',\s+title: 'Acme',\s+email: 'ada@acme\.test'/);
    expect(output).toMatch(/^last-sign-in-method$/m);
    expect(output).toMatch(/^unlinked: 204$/m);
  });

  it('to social sign-in take a verifier that begins with a hyphen', async () => {
    const verifier = '-'.repeat(43);
    const hash = createHash('sha256').update(verifier).digest('base64url');
    const challenge = /^challenge\(\) .+$/m.exec(commandsOf('docs/guides/social-sign-in.md'))?.[0];
    expect(await run(`${challenge}\nchallenge ${verifier}`)).toBe(`${hash}\n`);
  });
});
