import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { applyBlock, readGuide } from '../../tools/scripts/guide.ts';
import { eventually } from '../support/eventually.js';
import { signUp } from '../support/factories.js';
import { hold, useFixture } from '../support/fixture.js';
import { checkCode, copyProject, runNode } from '../support/project-copy.js';
import { type AppRole, launchApp, redisUrl, type RunningApp } from '../support/servers.js';
import { holdRows, query } from '../support/stored.js';
import { useEmptyDatabase } from '../support/use-servers.js';

// A build, a type check and a run of Jest, on machines that may be busy.
jest.setTimeout(300_000);

const guide = readGuide(readFileSync('docs/guides/add-a-feature.md', 'utf8'));
const project = useFixture(async () => {
  const folder = await copyProject();
  // `checkCode` checks the types of everything once, so the builds don't have to.
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

const node = (args: readonly string[], env: Record<string, string> = {}): Promise<string> =>
  runNode(project.folder, args, env);
const add = (...names: string[]): Promise<string> => node(['tools/scripts/new.ts', 'feature', ...names]);

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

  it('still works with a permission, jobs, a purge, a message and an email', async () => {
    for (const { kind, path, code } of guide.further) {
      applyBlock(project.folder, { kind, path: dated(path), code: dated(code) });
    }
    await checkCode(project.folder, ['src/notes', 'src/work-items', 'src/processes', 'libs/contracts']);
    await node(['node_modules/@nestjs/cli/bin/nest.js', 'build']);
    const env = { DATABASE_URL: database.url, REDIS_URL: await redisUrl() };
    await query(
      database.url,
      `insert into notes.notes (id, user_id, text, created_at) values ($1, $1, 'old', '2020-01-01')`,
      [OLD_NOTE],
    );
    const app = await start('all', env);
    // The job and the purge run at the beginning of their periods.
    await eventually(() => expect(app.logs()).toMatch(/"[01] notes"/));
    await eventually(() => expect(app.logs()).toContain('NotesPurge: 1 removed'));
    const ada = await signUp(app.api);
    const note = await ada.api.post<{ id: string }>('/notes', { text: 'Feed the otters' });
    await eventually(() => expect(app.logs()).toMatch(/note [\w-]+ has 15 characters/));
    const words = async () => (await ada.api.get<{ words: number }>(`/notes/${note.body.id}`)).body.words;
    await eventually(async () => expect(await words()).toBe(3));
    const count = await ada.api.get(`/users/${ada.session.user.id}/note-count`);
    expect(count).toMatchObject({ status: 403 });
  });

  it('runs the job of a request once, whichever process dies', async () => {
    const env = { DATABASE_URL: database.url, REDIS_URL: await redisUrl() };
    await query(database.url, COUNT_UPDATES);
    const api = await start('api', env);
    const ada = await signUp(api.api);
    const { status, body } = await ada.api.post<{ id: string }>('/notes', { text: 'Feed the otters' });
    expect(status).toBe(201);
    await api.kill();
    const row = 'select id from notes.notes where id = $1';
    const release = await holdRows(database.url, row, [body.id]);
    const worker = await start('worker', env);
    await eventually(async () => expect(await query(database.url, WAITING)).not.toEqual([]));
    await worker.kill();
    await release();
    await start('worker', env);
    // The job of a dead process starts again when its lock has expired.
    const settled = async (): Promise<void> => {
      expect(await query(database.url, `select from notes.outbox where consumer = 'count-words'`)).toEqual(
        [],
      );
    };
    await eventually(settled, { timeoutMs: 60_000 });
    expect(await query(database.url, 'select id, words from notes.updates')).toEqual([
      { id: body.id, words: 3 },
    ]);
  });

  it('does not start with a service whose role no process runs', async () => {
    const file = join(project.folder, 'dist/libs/contracts/src/services.js');
    const built = readFileSync(file, 'utf8');
    writeFileSync(file, built.replace(/(defineService\('notes', \{\s*role: )'worker'/, "$1'reports'"));
    const env = { DATABASE_URL: database.url, REDIS_URL: await redisUrl() };
    const app = await hold(launchApp('api', env, { cwd: project.folder }), (running) => running.kill());
    expect(await app.exited).toMatchObject({ code: 1 });
    expect(app.logs()).toContain('No process runs the job \\"deliver-to-notes\\": its role is \\"reports\\"');
  });
});

/** Starts the copy, and waits until it's ready. */
async function start(role: AppRole, env: Record<string, string>): Promise<RunningApp> {
  const app = await hold(launchApp(role, env, { cwd: project.folder }), (running) => running.kill());
  const ready = async (): Promise<void> => {
    expect((await fetch(`${app.managementUrl}/health/ready`)).status).toBe(200);
  };
  await eventually(ready, { timeoutMs: 60_000 });
  return app;
}

/** Records every time that the words of a note are set. */
const COUNT_UPDATES = `
  create table notes.updates (id uuid, words int);
  create function notes.record() returns trigger language plpgsql as
    $$ begin insert into notes.updates values (new.id, new.words); return new; end $$;
  create trigger updates after update of words on notes.notes for each row execute function notes.record()`;
/** Who waits for the lock of a note. */
const WAITING = `select pid from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock' and query like '%notes%for update%'`;
