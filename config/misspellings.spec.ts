import { describe, expect, it } from '@jest/globals';
import { parse } from '../test/support/environment.js';

const warningsOf = (variables: Record<string, string>): readonly string[] => parse(variables).warnings;

describe('a variable that looks like a misspelled one of ours', () => {
  it.each([
    ['TRUSTED_PROXY', 'TRUSTED_PROXIES'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['MANAGMENT_PORT', 'MANAGEMENT_PORT'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
    ['DRIAN_SECONDS', 'DRAIN_SECONDS'],
    ['PUBLIC_URI', 'PUBLIC_URL'],
    ['RATE_LIMITS_AUTH', 'RATE_LIMIT_AUTH'],
    ['NOTIFICATION_DATABASE_URL', 'NOTIFICATIONS_DATABASE_URL'],
    ['ADMIN_PASWORD', 'ADMIN_PASSWORD'],
    ['MANAGEMENT_TOKENS_FILE', 'MANAGEMENT_TOKEN_FILE'],
    ['OTEL_EXPORTER_OTLP_ENDPOINTS', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('%s is reported with the name %s', (name, meant) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([
      `${name} is not a variable of Gatehouse: did you mean ${meant}?`,
    ]);
  });

  it('is not reported if the variable it resembles is set, or if it is empty', () => {
    expect(warningsOf({ CORS_ORIGIN: 'x', CORS_ORIGINS: 'https://acme.com' })).toEqual([]);
    expect(warningsOf({ CORS_ORIGIN: '' })).toEqual([]);
    expect(warningsOf({ REDIS_URLS: 'x' })).toEqual([]);
  });

  it('is mentioned together with the variables that are missing', () => {
    expect(() => parse({ REDIS_URL: undefined, REDIS_URI: 'redis://127.0.0.1' })).toThrow(
      /- REDIS_URL is missing\nREDIS_URI is not a variable of Gatehouse: did you mean REDIS_URL\?\n/,
    );
  });
});

describe('other variables', () => {
  it('of ours are never reported, in any role', () => {
    const ours = { JWT_PRIVATE_KEYS: 'unread', SMTP_URL: 'unread' };
    expect(parse(ours, 'worker').warnings).toEqual([]);
  });

  it('that `npm start` reads are not reported', () => {
    expect(warningsOf({ DATA_DIR: 'x' })).toEqual([]);
  });

  it('of ordinary environments are not reported', () => {
    const foreign = `
      PATH HOME HOSTNAME HOSTTYPE USER LOGNAME LANG LC_ALL LC_TIME TERM PWD MAIL TZ SHLVL
      SSH_AUTH_SOCK XDG_DATA_DIRS EDITOR DISPLAY _ TMPDIR COLORTERM npm_config_cache
      npm_lifecycle_event npm_package_version NODE_OPTIONS NODE_VERSION NODE_EXTRA_CA_CERTS
      NODE_COMPILE_CACHE NODE_PATH YARN_VERSION UV_THREADPOOL_SIZE KUBERNETES_PORT
      KUBERNETES_SERVICE_HOST KUBERNETES_PORT_443_TCP_ADDR POD_NAME POD_IP NODE_NAME GATEHOUSE_PORT
      GATEHOUSE_SERVICE_HOST MANAGEMENTS_SERVICE_PORT REDIS_PORT REDIS_PORT_6379_TCP REDIS_HOST
      REDIS_PASSWORD DATABASE_HOST DATABASE_USER DATABASE_NAME POSTGRES_PORT PGHOST PGPORT PGUSER
      SMTP_HOST SMTP_PORT API_URL APP_ENV APP_PORT BASE_URL WEB_URL DB_URL HTTP_PROXY https_proxy
      NO_PROXY CI CI_JOB_ID GITHUB_REF AWS_REGION AZURE_CLIENT_ID OTEL_LOGS_EXPORTER
      OTEL_METRICS_EXPORTER OTEL_PROPAGATORS OTEL_BLRP_SCHEDULE_DELAY
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_EXPORTER_OTLP_METRICS_ENDPOINT OTEL_LOG_LEVEL constructor
      __proto__ toString
    `;
    expect(
      warningsOf(
        Object.fromEntries(
          foreign
            .trim()
            .split(/\s+/)
            .map((name) => [name, 'x']),
        ),
      ),
    ).toEqual([]);
  });

  it('of this machine are not reported', () => {
    const { NODE_ENV: _, ...here } = process.env;
    expect(warningsOf(here as Record<string, string>)).toEqual([]);
  });
});
