import { ApiClient } from './client.js';
import { signIn } from './factories.js';
import { createDatabase, redisUrl, type RunningApp, spawnApp, type TestDatabase } from './servers.js';

export const ADMIN = { email: 'admin@acme.test', password: 'the admin of these tests' };

/** An API process on a database of its own, in which nobody is but an admin. */
export interface AdminApp {
  readonly database: TestDatabase;
  /** May be replaced by another process on the same database. */
  app: RunningApp;
  readonly api: ApiClient;
  /** Signed in as the admin. */
  readonly admin: ApiClient;
  dispose(): Promise<void>;
}

export async function startAdminApp(): Promise<AdminApp> {
  const database = await createDatabase();
  const app = await spawnApp('api', {
    DATABASE_URL: database.url,
    REDIS_URL: await redisUrl(),
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  const api = new ApiClient(app.url);
  const running: AdminApp = {
    database,
    app,
    api,
    admin: (await signIn(api, ADMIN)).api,
    async dispose() {
      await running.app.kill();
      await database.drop();
    },
  };
  return running;
}
