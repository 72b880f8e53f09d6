/**
 * `npm run spec:fuzz`: lets Schemathesis send what openapi/*.json allow, and what they don't, to a running application, and
 * compare the responses with the documents: statuses, headers, bodies, refusals, and sequences of operations.
 * tools/spec-fuzz says which refusals a schema can't express.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findProgram } from '../embedded/debian-package.ts';
import { inProject, main, root, seconds, UserError } from '../project.mjs';
import { ensureBuilt } from './build.ts';
import { type Server, startServer } from './client-server.ts';
import { installed, run } from './programs.ts';
import { pythonPackages } from './python.ts';

const FOLDER = inProject('tools', 'spec-fuzz');
const FILES = ['requirements.txt'];

/** Each kind of caller. v1 differs from v2 in one operation. */
const RUNS = [
  { version: 'v2', role: 'anonymous', only: [] },
  { version: 'v2', role: 'user', only: [] },
  { version: 'v2', role: 'admin', only: [] },
  { version: 'v1', role: 'admin', only: ['--include-operation-id', 'listUsersByPage'] },
] as const;
/** Not the password of the document's examples, with which a case could change it. */
const USER = { EMAIL: 'fuzz@example.com', PASSWORD: 'nine patient newts' };

await main(async () => {
  const { values } = parseArgs({ options: { 'max-examples': { type: 'string', default: '20' } } });
  process.chdir(root);
  if (!findProgram('python3')) {
    throw new UserError(
      "Schemathesis needs python3, which isn't installed. See https://www.python.org/downloads.",
    );
  }
  await ensureBuilt();
  const packages = await installed('spec-fuzz', FOLDER, FILES, pythonPackages);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-spec-fuzz-'));
  let server: Server | undefined;
  try {
    server = await startServer(join(folder, 'data'), { RATE_LIMIT_DEFAULT: 'off' });
    await register(server);
    let failed = false;
    for (const { version, role, only } of RUNS) {
      const args = [
        'run',
        inProject('openapi', `${version}.json`),
        '--max-examples',
        values['max-examples'],
        ...only,
      ];
      failed =
        !(await passes(`${version} as ${role}`, folder, packages, args, {
          ...server.environment,
          ROLE: role,
        })) || failed;
    }
    return failed ? 1 : 0;
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function passes(
  name: string,
  folder: string,
  packages: string,
  args: readonly string[],
  { ADMIN_EMAIL = '', ADMIN_PASSWORD = '', BASE_URL = '', ROLE = '' }: Readonly<Record<string, string>>,
): Promise<boolean> {
  const startedAt = Date.now();
  const credentials = ROLE === 'admin' ? { EMAIL: ADMIN_EMAIL, PASSWORD: ADMIN_PASSWORD } : USER;
  const config = ['--no-color', '--config-file', join(FOLDER, 'schemathesis.toml')];
  const { code, stdout, stderr } = await run(
    join(packages, 'bin', 'python'),
    ['-m', 'schemathesis.cli', ...config, ...args, '--url', BASE_URL],
    {
      // It keeps what it found in the current folder, and would try that first the next time.
      cwd: folder,
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: 'hooks',
        PYTHONPATH: FOLDER,
        PYTHONDONTWRITEBYTECODE: '1',
        BASE_URL,
        ROLE,
        ...credentials,
      },
    },
  );
  const [cases = 'no cases'] = /^ *\d+ generated/m.exec(stdout) ?? [];
  console.log(
    code === 0
      ? `ok      ${name} (${seconds(startedAt)}, ${cases.trim()})`
      : `FAILED  ${name} (${seconds(startedAt)})\n\n${stdout}${stderr}`,
  );
  return code === 0;
}

async function register({ environment }: Server): Promise<void> {
  const { status } = await fetch(`${environment['BASE_URL']}/v2/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: USER.EMAIL, password: USER.PASSWORD }),
  });
  if (status !== 201) {
    throw new Error(`The user could not be registered: ${status}.`);
  }
}
