import { isAbsolute, resolve } from 'node:path';
import { freePort } from './ports.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the supervisor needs from the environment. The application validates it. */
export interface Plan {
  readonly dataDir: string;
  readonly embedded: { readonly postgres: boolean; readonly redis: boolean; readonly mailbox: boolean };
  readonly host: string;
  readonly port: number;
  readonly managementPort: number;
  readonly publicUrl: string;
}

/** Whether a variable, or its `_FILE` variant, is set. An empty value, as in a copied example file, counts as unset. */
export function isGiven(env: Environment, name: string): boolean {
  return Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim());
}

export function planFrom(env: Environment, root: string): Plan {
  const dataDir = env['DATA_DIR']?.trim() || '.data';
  const port = portFrom(env['PORT'], 3000);
  return {
    dataDir: isAbsolute(dataDir) ? dataDir : resolve(root, dataDir),
    embedded: {
      postgres: !isGiven(env, 'DATABASE_URL'),
      redis: !isGiven(env, 'REDIS_URL'),
      mailbox: !isGiven(env, 'SMTP_URL'),
    },
    host: env['HOST']?.trim() || '127.0.0.1',
    port,
    managementPort: portFrom(env['MANAGEMENT_PORT'], 3001),
    publicUrl: env['PUBLIC_URL']?.trim().replace(/\/$/, '') || `http://localhost:${port}`,
  };
}

/** Port 0 means any free port. We choose it, since we need to know where the application will listen. */
export async function withChosenPorts(env: Environment): Promise<Environment> {
  const chosen: Record<string, string> = {};
  for (const name of ['PORT', 'MANAGEMENT_PORT']) {
    if (env[name]?.trim() === '0') {
      chosen[name] = String(await freePort());
    }
  }
  return { ...env, ...chosen };
}

/** The application reports an invalid port. */
function portFrom(text: string | undefined, fallback: number): number {
  const port = Number(text?.trim() || fallback);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : fallback;
}

export function readinessUrl({ host, managementPort }: Plan): string {
  return `http://${reachable(host)}:${managementPort}/health/ready`;
}

/** The address of a server that listens on `host`: 0.0.0.0 and :: mean every address, but cannot be connected to. */
export function reachable(host: string): string {
  const loopback: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
  return loopback[host] ?? (host.includes(':') ? `[${host}]` : host);
}
