import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import type { ListBody, UserBody } from '../support/client.js';
import { bash, commandsOf } from '../support/guide-commands.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

const ADMIN = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'a guide for seven otters' };
const folder = useTemporaryFolder();
const app = useApp('all', ADMIN);

it('the guide to imports reads a file, and what other products export, with passwords that work', async () => {
  const env = {
    PATH: process.env['PATH'] ?? '',
    API: app.url,
    ADMIN_PASSWORD: ADMIN.ADMIN_PASSWORD,
    FILES: resolve('test/docs/other-products'),
  };
  const output = await bash(commandsOf('docs/guides/import.md'), env, folder.path);
  expect(output).toMatch(/dryRun: true, imported: 2, skipped: 0, failed: 1/);
  expect(output).toMatch(/line: 4,\s+pointer: '\/email',\s+code: 'invalid-email'/);
  const results = output.match(/imported: \d+, skipped: 0, failed: 0[^[]*\[\]/g);
  expect(results).toHaveLength(5);

  const userOf = async (email: string): Promise<UserBody | undefined> =>
    (await app.admin.get<ListBody<UserBody>>(`/users?email=${email}`)).body.items[0];
  const ada = { displayName: 'Ada Lovelace', emailVerified: true, status: 'active' };
  expect(await userOf('ada@supabase.example')).toMatchObject({
    ...ada,
    avatarUrl: 'https://acme.example/ada.png',
    appMetadata: { supabaseId: '7d6f2b0e-3c1a-4f0e-9a57-1f0c6c1f4a10' },
    createdAt: '2023-05-01T10:00:00.123Z',
  });
  expect(await userOf('grace@supabase.example')).toMatchObject({ emailVerified: false, status: 'suspended' });
  expect(await userOf('ada@auth0.example')).toMatchObject({
    ...ada,
    metadata: { theme: 'dark' },
    appMetadata: { plan: 'gold', auth0Id: 'auth0|59396ebf5ad3d56a9f6d1f01' },
    createdAt: '2021-03-04T05:06:07.089Z',
  });
  expect(await userOf('grace@auth0.example')).toMatchObject({ status: 'suspended' });
  expect(await userOf('ada@firebase.example')).toMatchObject({
    ...ada,
    appMetadata: { plan: 'gold', firebaseId: '0hjyFGVmGUNmhlwPxxIQMrEi4vp1' },
    createdAt: '2016-11-24T15:06:40.000Z',
  });
  expect(await userOf('ada@keycloak.example')).toMatchObject({ ...ada, locale: 'de' });
  expect(await userOf('grace@keycloak.example')).toMatchObject({ displayName: 'Grace', status: 'suspended' });
  for (const email of [
    'joan.imported@example.com',
    'ada@supabase.example',
    'ada@auth0.example',
    'ada@firebase.example',
    'ada@keycloak.example',
    'joan@keycloak.example',
  ]) {
    expect([email, (await app.api.login({ email, password: 'seven brave otters' })).status]).toEqual([
      email,
      200,
    ]);
  }
}, 60_000);
