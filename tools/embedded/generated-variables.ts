import { type Environment, isGiven, type Plan } from './environment.ts';
import { type AdminCredentials, DEFAULT_ADMIN_EMAIL, ensureSecrets, FirstAdmin } from './secrets.ts';

export interface GeneratedVariables {
  readonly variables: Record<string, string>;
  /** The admin whose credentials have not been shown yet. */
  readonly admin: AdminCredentials | null;
}

/**
 * The secrets that are not set. Only for an embedded database: anyone else who opens a database on another machine would
 * not have keys that are stored in a folder on this one.
 */
export function generatedVariables(env: Environment, plan: Plan): GeneratedVariables {
  if (!plan.embedded.postgres) {
    return { variables: {}, admin: null };
  }
  const files = ensureSecrets(plan.dataDir);
  const keys = Object.entries({
    JWT_PRIVATE_KEYS: files.jwtPrivateKeysFile,
    ENCRYPTION_KEYS: files.encryptionKeysFile,
    BLIND_INDEX_KEYS: files.blindIndexKeysFile,
    MANAGEMENT_TOKEN: files.managementTokenFile,
    VAPID_PRIVATE_KEY: files.vapidPrivateKeyFile,
  }).filter(([name]) => !isGiven(env, name));
  const { variables, admin } = adminVariables(env, plan.dataDir);
  return {
    variables: { ...Object.fromEntries(keys.map(([name, file]) => [`${name}_FILE`, file])), ...variables },
    admin,
  };
}

/** What the application is launched with. @param urls those of the embedded servers */
export function applicationEnvironment(
  env: Environment,
  plan: Plan,
  urls: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  // On a laptop, there is no load balancer to wait for.
  const DRAIN_SECONDS = env['DRAIN_SECONDS']?.trim() || '0';
  // The front end of whoever runs this is on another port.
  const CORS_ORIGINS = env['CORS_ORIGINS']?.trim() || LOOPBACK_ORIGINS;
  return { ...env, DRAIN_SECONDS, CORS_ORIGINS, ...generatedVariables(env, plan).variables, ...urls };
}

const LOOPBACK_ORIGINS = 'http://localhost:*,http://127.0.0.1:*,http://[::1]:*';

function adminVariables(env: Environment, dataDir: string): GeneratedVariables {
  if (isGiven(env, 'ADMIN_PASSWORD')) {
    return {
      variables: isGiven(env, 'ADMIN_EMAIL') ? {} : { ADMIN_EMAIL: DEFAULT_ADMIN_EMAIL },
      admin: null,
    };
  }
  if (env['ADMIN_EMAIL_FILE']?.trim()) {
    return { variables: {}, admin: null }; // If the address is mounted as a file, so is the password.
  }
  const wanted = env['ADMIN_EMAIL']?.trim();
  const admin = new FirstAdmin(dataDir).pending(wanted || DEFAULT_ADMIN_EMAIL);
  if (admin) {
    return { variables: { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }, admin };
  }
  // Created and shown before. The application would reject an address without a password.
  return { variables: { ADMIN_EMAIL: '' }, admin: null };
}
