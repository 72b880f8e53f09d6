import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#tools/embedded';
import { bringChromium, startChromium } from '../support/chromium.mjs';
import { startEnvironment } from '../support/processes.mjs';

/** `npm run browser`: runs the snippets of docs/guides/passkeys.md in Chromium, with its virtual authenticator. */
export async function usePasskeys() {
  const chromium = await bringChromium();
  const guide = await readFile('docs/guides/passkeys.md', 'utf8');
  const snippets = [...guide.matchAll(/^```js\n([\s\S]+?)^```$/gm)].map(([, snippet]) => snippet).join('\n');
  const environment = await startEnvironment();
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-passkeys-'));
  const browser = startChromium(chromium, join(folder, 'profile'));
  try {
    const port = await freePort();
    const api = `http://localhost:${port}`;
    await environment.startApi({ PORT: String(port), PUBLIC_URL: api });
    const page = await browser.open(`${api}/`);
    await page.see('Gatehouse');
    await page.addAuthenticator();
    await page.run(snippets.replaceAll('http://localhost:3000', api));
    const [ada, again, passkey] = await page.run(`
      const { accessToken, user } = await post('/auth/register', { email: 'ada@acme.test', password: 'seven brave otters' });
      const added = await addPasskey(accessToken, 'My laptop');
      const session = await signInWithPasskey();
      [user.id, session.user.id, added.name]`);
    if (ada !== again || passkey !== 'My laptop') {
      throw new Error(`The passkey "${passkey}" of ${ada} signed in ${again}.`);
    }
    console.log('ok      Chromium adds a passkey and signs in with it');
    return 0;
  } finally {
    await browser.stop();
    await environment.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
