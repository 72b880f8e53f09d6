import type { ApiClient } from './client.js';
import { signIn, type SignedUp, signUp } from './factories.js';
import { useFixture } from './fixture.js';
import type { AppRole } from './servers.js';
import {
  type GivenServers,
  holdServers,
  type Servers,
  type Settings,
  type StartedApp,
} from './use-servers.js';

export const ADMIN = { email: 'admin@acme.test', password: 'the admin of these tests' };
/** The settings of an application whose first admin is `ADMIN`. */
export const WITH_ADMIN = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };

/** A process and the servers that it runs on. */
export interface App extends StartedApp, Servers {
  /** Signed in as the admin whom the settings name. */
  readonly admin: ApiClient;
}

/**
 * Runs the built application as a process for the suite, on servers of the suite's own unless they are given.
 * @param settings a function when they depend on another fixture
 * @example const { api, database } = useApp('api', { RATE_LIMIT_AUTH: '5/60' });
 */
export function useApp(
  role: AppRole,
  settings: Settings | (() => Settings) = {},
  given: GivenServers = {},
): App {
  return useFixture(async () => {
    const servers = await holdServers(given);
    const known = typeof settings === 'function' ? settings() : settings;
    const app = await servers.start(role, known);
    const admin = await signInAdmin(app.api, known);
    return Object.defineProperty(Object.assign(app, servers), 'admin', {
      get: () => admin().at(app.url),
    }) as App;
  });
}

/** Signs in the admin whom the settings name. @returns their client, or an error for suites that have no admin */
export async function signInAdmin(api: ApiClient, settings: Settings): Promise<() => ApiClient> {
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = settings;
  const admin = email && password ? await signIn(api, { email, password }) : undefined;
  return () => {
    if (!admin) {
      throw new Error('There is no admin. Start the application with the settings WITH_ADMIN.');
    }
    return admin.api;
  };
}

/**
 * Runs several processes on the same servers, started at once, each under a name.
 * @example const { database, api, worker } = useApps({ api: ['api', { DRAIN_SECONDS: '3' }], worker: 'worker' });
 */
export function useApps<Name extends string>(
  processes: Readonly<Record<Name, AppRole | readonly [AppRole, Settings]>>,
  settings: Settings = {},
  given: GivenServers = {},
): Servers & Readonly<Record<Name, StartedApp>> {
  return useFixture(async () => {
    const servers = await holdServers(given);
    const starting = Object.entries<AppRole | readonly [AppRole, Settings]>(processes).map(
      async ([name, process]) => {
        const [role, own] = typeof process === 'string' ? [process, {}] : process;
        return [name, await servers.start(role, { ...settings, ...own })] as const;
      },
    );
    const apps = Object.fromEntries(await Promise.all(starting)) as Record<Name, StartedApp>;
    return { ...servers, ...apps };
  });
}

/** Someone who has registered. */
export function useUser(api: ApiClient): SignedUp {
  return useFixture(() => signUp(api));
}
