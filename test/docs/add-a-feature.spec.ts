import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { applyBlock, readGuide } from '../../tools/scripts/guide.ts';
import { eventually } from '../support/eventually.js';
import { signUp } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { copyProject } from '../support/project-copy.js';
import { launchApp, redisUrl } from '../support/servers.js';
import { query } from '../support/stored.js';
import { useEmptyDatabase } from '../support/use-servers.js';

// A build, a type check and a run of Jest, on machines that may be busy.
jest.setTimeout(300_000);

const guide = readGuide(readFileSync('docs/guides/add-a-feature.md', 'utf8'));
const project = useFixture(async () => {
  const folder = await copyProject();
  // `isAccepted` checks the types of everything once, so the builds don't have to.
  const settings = join(folder, 'nest-cli.json');
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('"typeCheck": true', '"typeCheck": false'));
  return { folder };
});
const database = useEmptyDatabase();
/** A UUIDv7 of 2004, so its note is due to be purged. */
const OLD_NOTE = '01000000-0000-7000-8000-000000000000';

/** The generator gives a migration the date of the day. */
function dated(text: string): string {
  return text.replaceAll('20261201', new Date().toISOString().slice(0, 10).replaceAll('-', ''));
}

/** Runs a script of the copy's, or a program of a package. @returns what it printed; throws if it fails */
async function node(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const running = promisify(execFile)(process.execPath, args, {
    cwd: project.folder,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    maxBuffer: 16 << 20,
  });
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => {
    throw new Error(`${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`);
  });
  return stdout + stderr;
}

const add = (...names: string[]): Promise<string> => node(['tools/scripts/new.ts', 'feature', ...names]);

/** What `npm run check` says about the code. Called once, at the end, since it takes longer than everything else. */
async function isAccepted(): Promise<void> {
  const cruiser = 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs';
  await Promise.all([
    node(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']),
    (async () => {
      await node([cruiser, '--output-type=err-long', 'src', 'libs', 'config']);
      await node([
        cruiser,
        '--config=.dependency-cruiser.folders.mjs',
        '--output-type=err-long',
        'src',
        'libs',
        'config',
      ]);
      const own = ['src/notes', 'src/work-items', 'src/processes', 'libs/contracts'];
      expect(await node(['node_modules/oxlint/bin/oxlint', '--type-aware', ...own])).toContain(
        'Found 0 warnings and 0 errors',
      );
      await node(['node_modules/prettier/bin/prettier.cjs', '--check', 'src', 'libs/contracts']);
    })(),
  ]);
}

describe('npm run new', () => {
  it('explains itself', async () => {
    expect(await node(['tools/scripts/new.ts'])).toContain('npm run new -- feature <name> [<singular>]');
  });

  it.each([
    [['Notes'], '"Notes" isn\'t kebab-case.'],
    [['people'], 'Can\'t tell the singular of "people".'],
    [['accounts'], 'src/accounts already exists.'],
    [['cases'], '"case" already means something else in the code.'],
    [['pg-tables'], 'PostgreSQL reserves schema names that start with "pg".'],
  ])('rejects %j', async (names, message) => {
    await expect(add(...names)).rejects.toThrow(message);
  });
});

describe('the guide to adding a feature', () => {
  beforeAll(async () => {
    await add('notes');
    await add('work-items');
  });

  it('is what the generator writes', () => {
    for (const { kind, path, code } of guide.feature) {
      if (kind === 'ts') {
        expect(readFileSync(join(project.folder, dated(path)), 'utf8')).toBe(dated(code));
      }
    }
  });

  it('changes one file outside of the folder', () => {
    const outside = guide.feature.filter(({ path }) => !path.startsWith('src/notes/'));
    expect(outside.map(({ path }) => path)).toEqual(['src/processes/api.module.ts']);
    expect(outside[0]?.code.match(/^\+/gm)).toHaveLength(2);
  });

  it('passes its tests, and its migrations create what its entities say', async () => {
    const env = { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' };
    const paths = ['src/notes', 'src/work-items', 'test/e2e/migrations'];
    const output = await node(['node_modules/jest/bin/jest.js', ...paths], env);
    expect(output).toMatch(/Test Suites: 3 passed, 3 total/);
  });

  it('migrates a database', async () => {
    const output = await node(['dist/src/migrate.js'], { DATABASE_URL: database.url });
    expect(output).toMatch(/ notes\/Migration\d{14}/);
    expect(output).toMatch(/ work_items\/Migration\d{14}/);
    expect(await node(['dist/src/migrate.js'], { DATABASE_URL: database.url })).toContain('Nothing to apply');
  });

  it('adds its operations to the OpenAPI documents', async () => {
    await node(['dist/src/spec.js']);
    const document = JSON.parse(readFileSync(join(project.folder, 'openapi', 'v2.json'), 'utf8')) as {
      paths: object;
      tags: object[];
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v2/notes', '/v2/notes/{id}', '/v2/work-items', '/v2/work-items/{id}']),
    );
    expect(document.tags).toContainEqual({ name: 'work-items', description: 'Keep private work items' });
  });

  it('still works with a permission, a job, a purge, a message and an email', async () => {
    for (const { kind, path, code } of guide.further) {
      applyBlock(project.folder, { kind, path: dated(path), code: dated(code) });
    }
    await isAccepted();
    await node(['node_modules/@nestjs/cli/bin/nest.js', 'build']);
    const env = { DATABASE_URL: database.url, REDIS_URL: await redisUrl() };
    await query(
      database.url,
      `insert into notes.notes (id, user_id, text, created_at) values ($1, $1, 'old', '2020-01-01')`,
      [OLD_NOTE],
    );
    const app = await hold(launchApp('all', env, { cwd: project.folder }), (running) => running.kill());
    const ready = async (): Promise<void> => {
      expect((await fetch(`${app.managementUrl}/health/ready`)).status).toBe(200);
    };
    await eventually(ready, { timeoutMs: 60_000 });
    // The job and the purge run at the beginning of their periods.
    await eventually(() => expect(app.logs()).toMatch(/"[01] notes"/));
    await eventually(() => expect(app.logs()).toContain('NotesPurge: 1 removed'));
    const ada = await signUp(app.api);
    await ada.api.post('/notes', { text: 'Feed the otters' });
    await eventually(() => expect(app.logs()).toMatch(/note [\w-]+ has 15 characters/));
    const count = await ada.api.get(`/users/${ada.session.user.id}/note-count`);
    expect(count).toMatchObject({ status: 403 });
  });
});
