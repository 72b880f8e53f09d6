import { performance } from 'node:perf_hooks';
import { Secret, TOTP } from 'otpauth';
import { freePort } from '#tools/embedded';
import { register } from '../support/processes.mjs';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { median } from './statistics.mjs';

const USERS = 30;
const PASSWORD = 'seven brave otters';

/** How long a sign-in with a passkey takes, and one with a password and an authenticator app, one at a time. */
export async function measureFactors(environment) {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const api = await environment.startApi({
    PORT: String(port),
    PUBLIC_URL: origin,
    RATE_LIMIT_AUTH: 'off',
    RATE_LIMIT_DEFAULT: 'off',
  });
  const post = poster(api.url);
  const sessions = await register(api.url, USERS, PASSWORD, 'factors');
  const times = { passkey: [], password: [], mfa: [] };
  for (const { user, accessToken } of sessions) {
    const passkey = new SoftwareAuthenticator(origin);
    await post(
      '/auth/passkeys',
      passkey.create(await post('/auth/passkeys/options', {}, accessToken)),
      accessToken,
    );
    const login = { email: user.email, password: PASSWORD };
    times.password.push(await timed(() => post('/auth/login', login)));
    times.passkey.push(
      await timed(async () =>
        post('/auth/passkeys/login', passkey.get(await post('/auth/passkeys/login/options'))),
      ),
    );
    const { secret } = await post('/auth/mfa/totp', {}, accessToken);
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    await post('/auth/mfa/totp/confirm', { code: totp.generate() }, accessToken);
    // Each code works once.
    const code = totp.generate({ timestamp: Date.now() + 30_000 });
    times.mfa.push(
      await timed(async () => {
        const { mfaToken } = await post('/auth/login', login);
        await post('/auth/login/mfa', { mfaToken, factor: 'totp', code });
      }),
    );
  }
  await api.stop();
  const password = median(times.password);
  const row = (what, of) => ({
    what,
    value: `${median(of).toFixed(1)} ms`,
    detail: `${(median(of) / password).toFixed(2)} of one with a password, ${password.toFixed(1)} ms`,
  });
  return [row('sign-in with a passkey', times.passkey), row('sign-in with a second factor', times.mfa)];
}

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function poster(url) {
  return async (path, body = {}, accessToken) => {
    const authorization = accessToken ? { Authorization: `Bearer ${accessToken}` } : {};
    const headers = { 'Content-Type': 'application/json', ...authorization };
    const response = await fetch(`${url}/v2${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const result = await response.json();
    if (!response.ok && result.code !== 'mfa-required') {
      throw new Error(`${path} answered ${response.status}: ${result.detail}`);
    }
    return result;
  };
}
