import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import '../../src/processes/all.process.js';
import { signUp } from '../support/factories.js';
import { hold } from '../support/fixture.js';
import { bash, commandsUnder } from '../support/guide-commands.js';
import { namedKey, openAll, rotated } from '../support/key-rotation.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useServers } from '../support/use-servers.js';

const REPLACE = commandsUnder('docs/guides/rotate-keys.md', 'Replace them');
const servers = useServers();
const folder = useTemporaryFolder();

/** What the operator has at hand: a way to deploy, and the commands of the image. Waits where the guide says so. */
const OPERATOR = `
roll_out() { curl -sSf "$OPERATOR/roll-out"; }
npm() { shift 2; node dist/src/admin.js "$2" && curl -sSf "$OPERATOR/wait?for=$2"; }
`;

it('replaces the keys of stored data, after which the old ones are not needed', async () => {
  const files = ['encryption-keys', 'blind-index-keys'].map((name) => join(folder.path, name));
  const [encryption = '', blindIndex = ''] = files;
  files.forEach((file) => writeFileSync(file, namedKey('first')));
  const keys = {
    ENCRYPTION_KEYS: '',
    ENCRYPTION_KEYS_FILE: encryption,
    BLIND_INDEX_KEYS: '',
    BLIND_INDEX_KEYS_FILE: blindIndex,
  };
  const app = await servers.start('all', keys);
  const ada = await signUp(app.api);
  const rolledOut: string[] = [];
  const work = async (url: string): Promise<void> => {
    if (url === '/roll-out') {
      rolledOut.push(readFileSync(encryption, 'utf8').replace(/:[^,]+/g, ''));
      await app.restart(keys);
      expect((await app.api.login(ada)).status).toBe(200);
    } else if (url.endsWith('rotate-keys')) {
      await rotated(servers.database.url, 60_000);
    }
  };
  const operator = createServer((request, response) => {
    work(request.url ?? '').then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await hold(once(operator, 'listening'), () => operator.close());
  const { port } = operator.address() as AddressInfo;
  const env = { ...app.env, PATH: process.env['PATH'] ?? '', KEYS: folder.path };
  await bash(`${OPERATOR}${REPLACE}`, { ...env, OPERATOR: `http://127.0.0.1:${port}` });
  const [, , added = ''] = rolledOut;
  expect(rolledOut).toEqual([`first,${added}`, `${added},first`, added]);
  const counts = await openAll(servers.database.url, readFileSync(encryption, 'utf8'));
  expect(counts['accounts.users.email_sealed']).toBe(1);
}, 180_000);
