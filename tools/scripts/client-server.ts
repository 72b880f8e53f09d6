/** The application that the programs talk to, on servers of its own, and the inbox where they find their email. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Plan, planFrom, readinessUrl, withChosenPorts } from '../embedded/environment.ts';
import { freePort } from '../embedded/ports.ts';
import { readyOr } from '../embedded/readiness.ts';
import { ensureSecrets } from '../embedded/secrets.ts';
import { Servers } from '../embedded/servers.ts';
import { describeExit, exitOf, spawnTied, stopChild } from '../embedded/tied-child.ts';
import { inProject, root } from '../project.mjs';

export interface Server {
  /** What the programs are told, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

type Settings = Readonly<Record<string, string>>;

const ADMIN = { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'seven patient herons' };
const ARRIVES_WITHIN_MS = 20_000;
const STOPS_WITHIN_MS = 10_000;

/** @param settings of the application, as environment variables */
export async function startServer(dataDir: string, settings: Settings = {}): Promise<Server> {
  const servers = new Servers();
  const stops = [() => servers.stop()];
  const stop = async (): Promise<void> => {
    for (const each of stops) {
      await each();
    }
  };
  try {
    const plan = planFrom(
      await withChosenPorts({ DATA_DIR: dataDir, PORT: '0', MANAGEMENT_PORT: '0' }),
      root,
    );
    await servers.start(plan, () => undefined);
    stops.unshift(await startApplication(plan, { ...servers.urls, ...settings }));
    const inbox = await startInbox(servers.mailboxPage ?? '');
    stops.unshift(() => inbox.stop());
    return {
      environment: { BASE_URL: `http://${plan.host}:${plan.port}`, INBOX_URL: inbox.url, ...ADMIN },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns what stops it */
async function startApplication(plan: Plan, settings: Settings): Promise<() => Promise<void>> {
  const secrets = ensureSecrets(plan.dataDir);
  const child = spawnTied({
    command: process.execPath,
    args: [inProject('dist', 'src', 'main.js')],
    env: {
      PATH: process.env['PATH'],
      JWT_PRIVATE_KEYS_FILE: secrets.jwtPrivateKeysFile,
      ENCRYPTION_KEYS_FILE: secrets.encryptionKeysFile,
      BLIND_INDEX_KEYS_FILE: secrets.blindIndexKeysFile,
      PORT: String(plan.port),
      MANAGEMENT_PORT: String(plan.managementPort),
      GRPC_PORT: String(await freePort()),
      // Each program signs in several times.
      RATE_LIMIT_AUTH: 'off',
      DRAIN_SECONDS: '0',
      LOG_LEVEL: 'warn',
      ...ADMIN,
      ...settings,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    deathSignal: 'SIGTERM',
    cwd: plan.dataDir,
  });
  const end = await readyOr(readinessUrl(plan), exitOf(child), () => undefined);
  if (end !== 'ready') {
    throw new Error(`The application ended before it was ready (${describeExit(end)}).`);
  }
  return () => stopChild(child, 'SIGTERM', STOPS_WITHIN_MS);
}

/**
 * Responds to `?to=<address>` with the token of the verification email to it, as soon as that arrives, so that no program
 * has to know how the mailbox works.
 */
async function startInbox(mailbox: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const to = new URL(request.url ?? '', 'http://inbox').searchParams.get('to') ?? '';
    tokenIn(mailbox, to).then(
      (token) => response.end(token),
      (error: Error) => response.writeHead(504).end(error.message),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function tokenIn(mailbox: string, address: string): Promise<string> {
  type Mail = { readonly to: readonly { readonly address: string }[]; readonly text: string };
  for (const deadline = Date.now() + ARRIVES_WITHIN_MS; Date.now() < deadline; await delay(50)) {
    const mails = (await (await fetch(`${mailbox}/api/email`)).json()) as readonly Mail[];
    const mail = mails.find(({ to }) => to.some((one) => one.address === address));
    const [, token] = /token=([\w-]+)/.exec(mail?.text ?? '') ?? [];
    if (token) {
      return token;
    }
  }
  throw new Error(`No email to ${address} has arrived.`);
}
