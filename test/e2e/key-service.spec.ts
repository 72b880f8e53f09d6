import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { signUp } from '../support/factories.js';
import { holdTemporaryFolder } from '../support/temporary-folder.js';
import { TransitEngine } from '../support/transit-engine.js';
import { useServers } from '../support/use-servers.js';

const servers = useServers();

it('a process unwraps its keys when it starts, and refuses to start without them', async () => {
  const engine = new TransitEngine();
  const folder = await holdTemporaryFolder();
  const [encryption, blindIndex] = [randomBytes(32), randomBytes(32)];
  const settings = {
    KEY_SERVICE_URL: await engine.listen(),
    KEY_SERVICE_TOKEN_PATH: folder.write('token', engine.token),
    ENCRYPTION_KEYS: `2026b:${engine.wrap(encryption)}`,
    BLIND_INDEX_KEYS: `2026b:${engine.wrap(blindIndex)}`,
  };
  const app = await servers.start('api', settings);
  const ada = await signUp(app.api);
  // The same keys in clear.
  const other = await servers.start('api', {
    ENCRYPTION_KEYS: `2026b:${encryption.toString('base64')}`,
    BLIND_INDEX_KEYS: `2026b:${blindIndex.toString('base64')}`,
  });
  expect((await other.api.login(ada)).body.user.email).toBe(ada.email);

  const refused = await servers.launch('api', {
    ...settings,
    KEY_SERVICE_TOKEN_PATH: folder.write('wrong', 'hvs.wrong'),
  });
  expect((await refused.exited).code).toBe(1);
  expect(refused.logs()).toContain("The key 2026b can't be unwrapped by http://127.0.0.1");
  expect(refused.logs()).toContain('answers 403');
  expect(refused.logs()).not.toMatch(/hvs\.|vault:v1/);
}, 90_000);
