import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { parseDatabases } from '../../config/environment.js';
import { parseEnvironment, type Role } from '../../config/index.js';
import { useFixture } from '../support/fixture.js';
import { useTemporaryFolder } from '../support/temporary-folder.js';
import { useApp } from '../support/use-app.js';

interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

const text = readFileSync('compose.yaml', 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
const ROLES: readonly Role[] = ['api', 'worker', 'notifications'];
const RUN_ONCE = ['keys', 'migrate'];

const folder = useTemporaryFolder();
/** What the service `keys` generates, in the volumes' stead. */
const volumes = useFixture(async () => {
  const generate = async (): Promise<Record<string, string>> => {
    expect(await node(commandOf('keys').map(inFolder))).toBe(0);
    const keys = inFolder('/run/keys');
    return Object.fromEntries(
      readdirSync(keys).map((name) => [name, readFileSync(join(keys, name), 'utf8')]),
    );
  };
  mkdirSync(inFolder('/run/keys'), { recursive: true });
  mkdirSync(inFolder('/run/database-password'));
  return { first: await generate(), second: await generate() };
});

function commandOf(name: string): readonly string[] {
  return services[name]?.command ?? [];
}

function inFolder(words: string): string {
  return words.replaceAll('/run/', `${folder.path}/run/`);
}

/** @returns the exit code */
async function node([, ...args]: readonly string[]): Promise<number> {
  const running = promisify(execFile)(process.execPath, args);
  return running.then(
    () => 0,
    ({ code }: { code: number }) => code,
  );
}

describe('compose.yaml', () => {
  it('generates every key once, and never replaces one', () => {
    expect(volumes.second).toEqual(volumes.first);
    const password = readFileSync(inFolder('/run/database-password/password'), 'utf8');
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(volumes.first['database-url']).toContain(`:${password}@database:5432/`);
  });

  it.each(ROLES)('gives the role %s an environment that production accepts, without a warning', (role) => {
    const given = Object.entries(services[role]?.environment ?? {});
    const env = Object.fromEntries(given.map(([name, value]) => [name, inFolder(value)]));
    const { NODE_ENV = '', HOST = '' } = imageEnvironment();
    expect(parseEnvironment({ NODE_ENV, HOST, ...env }, role).warnings).toEqual([]);
    expect(commandOf(role)).toEqual(['node', `dist/src/main.${role}.js`]);
  });

  it('migrates in a step of its own', () => {
    const { DATABASE_URL_FILE = '' } = services['migrate']?.environment ?? {};
    expect(parseDatabases({ DATABASE_URL_FILE: inFolder(DATABASE_URL_FILE) }).url).toBe(
      volumes.first['database-url'],
    );
    expect(ROLES.map((role) => services[role]?.environment?.['MIGRATE_ON_START'])).toEqual(
      ROLES.map(() => 'false'),
    );
  });

  it('runs what the build contains', () => {
    const built = Object.values(services).filter(({ build }) => build !== undefined);
    const files = built.flatMap(({ command = [] }) => command.filter((word) => word.endsWith('.js')));
    expect(files).toHaveLength(4);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });

  it('contains no secret', () => {
    const secret = /(KEYS|TOKEN|PASSWORD|DATABASE_URL)$/;
    const names = Object.values(services).flatMap(({ environment = {} }) => Object.keys(environment));
    expect(names.filter((name) => secret.test(name))).toEqual([]);
    expect(names.filter((name) => secret.test(name.replace(/_FILE$/, '')))).not.toEqual([]);
  });

  it('confines every service, and publishes ports on this machine only', () => {
    for (const [name, service] of Object.entries(services)) {
      expect({ name, ...service }).toMatchObject({
        name,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      expect((service.ports ?? []).filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    }
  });

  it('restarts and checks everything that keeps running', () => {
    const running = Object.entries(services).filter(([name]) => !RUN_ONCE.includes(name));
    for (const [name, { restart, healthcheck }] of running) {
      expect([name, restart, healthcheck?.test[0]]).toEqual([name, 'unless-stopped', 'CMD']);
    }
  });

  it('keeps jobs in Redis when it is full or restarts', () => {
    expect(commandOf('redis').join(' ')).toContain('--appendonly yes --maxmemory-policy noeviction');
  });
});

describe('the health check in compose.yaml', () => {
  const app = useApp('worker');

  it.each(ROLES)('of the role %s passes while it is ready, and fails when it is gone', async (role) => {
    const [, ...command] = services[role]?.healthcheck?.test ?? [];
    const at = (url: string): readonly string[] =>
      command.map((word) => word.replace('http://127.0.0.1:3001', url));
    expect(await node(at(app.managementUrl))).toBe(0);
    expect(await node(at('http://127.0.0.1:9'))).toBe(1);
    expect(await node(at(`${app.managementUrl}/nowhere`))).toBe(1);
  });
});

/** The variables that the Dockerfile sets. */
function imageEnvironment(): Record<string, string> {
  const [, variables = ''] = /^ENV (.*)$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
  return Object.fromEntries(variables.split(' ').map((pair) => pair.split('=')));
}
