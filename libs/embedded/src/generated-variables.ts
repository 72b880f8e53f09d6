import { type Environment, isGiven, type Plan } from './environment.js';
import { type AdminCredentials, DEFAULT_ADMIN_EMAIL, ensureSecrets, FirstAdmin } from './secrets.js';

export interface GeneratedVariables {
  readonly variables: Record<string, string>;
  /** The admin that a person has not been told yet. */
  readonly admin: AdminCredentials | null;
}

/**
 * The secrets that nobody gave. Only beside an embedded database: keys in a folder on one machine would be lost to
 * everybody else who opens a database that lives elsewhere.
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
  }).filter(([name]) => !isGiven(env, name));
  const { variables, admin } = adminVariables(env, plan.dataDir);
  return {
    variables: { ...Object.fromEntries(keys.map(([name, file]) => [`${name}_FILE`, file])), ...variables },
    admin,
  };
}

function adminVariables(env: Environment, dataDir: string): GeneratedVariables {
  if (isGiven(env, 'ADMIN_PASSWORD')) {
    return {
      variables: isGiven(env, 'ADMIN_EMAIL') ? {} : { ADMIN_EMAIL: DEFAULT_ADMIN_EMAIL },
      admin: null,
    };
  }
  if (env['ADMIN_EMAIL_FILE']?.trim()) {
    return { variables: {}, admin: null }; // Whoever mounts one half as a file mounts the other, too.
  }
  const wanted = env['ADMIN_EMAIL']?.trim();
  const admin = new FirstAdmin(dataDir).pending(wanted || DEFAULT_ADMIN_EMAIL);
  if (admin) {
    return { variables: { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password }, admin };
  }
  // Long created and announced. An address without a password is a half that the application would refuse.
  return { variables: { ADMIN_EMAIL: '' }, admin: null };
}
