import { describe, expect, it } from '@jest/globals';
import { parse, problemsOf } from '../test/support/environment.js';
import { useTemporaryFolder } from '../test/support/temporary-folder.js';

const PERCENT = "contains a % that isn't followed by two hexadecimal digits of UTF-8: write % as %25";
const folder = useTemporaryFolder();

describe('the URL of a server', () => {
  it.each([
    ['REDIS_URL', 'redis://:100%@10.0.0.7:6379'],
    ['REDIS_URL', 'rediss://100%zz:x@10.0.0.7'],
    ['DATABASE_URL', 'postgres://u:100%@10.0.0.7/gatehouse'],
    ['DATABASE_URL', 'postgres://u:x@10.0.0.7/gate%house'],
    ['DATABASE_URL', 'postgres://u:%ff@10.0.0.7/gatehouse'],
    ['NOTIFICATIONS_DATABASE_URL', 'postgres://u:100%@10.0.0.7/gatehouse'],
    ['SMTP_URL', 'smtp://u:100%@10.0.0.7'],
    ['PUBLIC_URL', 'http://localhost:3000/100%'],
    ['APP_URL', 'http://localhost:3000/100%'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://u:100%@collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'http://collector:4318/100%'],
  ])('in %s may not contain a bare percent sign: %s', (name, url) => {
    expect(problemsOf({ [name]: url })).toEqual([`${name} ${PERCENT}`]);
    expect(problemsOf({ [name]: url.replace(/%(25|zz|ff|house|$|@)/, '%25$1') })).toEqual([]);
  });

  it.each([
    ['REDIS_URL', 'redis://:pa#ss@10.0.0.7:6379'],
    ['REDIS_URL', 'redis://:pa/ss@10.0.0.7:6379'],
    ['DATABASE_URL', 'postgres://u:pa?ss@10.0.0.7:5432/gatehouse'],
    ['DATABASE_URL', 'postgres://10.0.0.7:port/gatehouse'],
    ['SMTP_URL', 'smtp://u:pa/ss@10.0.0.7'],
  ])('in %s must encode special characters: %s', (name, url) => {
    expect(problemsOf({ [name]: url })).toEqual([
      expect.stringMatching(new RegExp(`^${name} isn't a valid URL\\. Percent-encode .* / as %2F`)),
    ]);
  });

  it.each([
    [
      'DATABASE_URL',
      'socket:/run/postgresql?db=x',
      'must be a URL that starts with postgres:// or postgresql://',
    ],
    ['DATABASE_URL', 'postgres://10.0.0.7', 'must end with the name of a database, such as /gatehouse'],
    ['DATABASE_URL', 'postgres://a,b/gatehouse', 'must contain only one host'],
    ['DATABASE_URL', 'postgres:///gatehouse?host=a,b', 'must contain only one host'],
    [
      'DATABASE_URL',
      'postgres://a/b?sslmode=allow',
      'must have an sslmode of disable, prefer, require, verify-ca, verify-full, no-verify',
    ],
    [
      'DATABASE_URL',
      'postgres://a/b?sslrootcert=/no/such/file',
      "contains an sslrootcert that can't be read",
    ],
    ['SMTP_URL', 'smtp://', 'must contain a host, as in smtp://user:password@host:port'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=100%', PERCENT],
    [
      'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
      'authorization',
      'must be a comma-separated list of name=value; write a comma in a value as %2C',
    ],
    [
      'OTEL_RESOURCE_ATTRIBUTES',
      'a=b,=c',
      'must be a comma-separated list of name=value; write a comma in a value as %2C',
    ],
    ['OTEL_EXPORTER_OTLP_TIMEOUT', 'soon', 'must be a whole number from 1 to 600000'],
    ['OTEL_EXPORTER_OTLP_COMPRESSION', 'zip', 'must be one of none, gzip'],
    ['OTEL_EXPORTER_OTLP_CERTIFICATE', '/no/such/file', "must be the path of a file, which can't be read"],
    [
      'OTEL_EXPORTER_OTLP_HEADERS_FILE',
      '/run/x',
      "can't be read from a file: set OTEL_EXPORTER_OTLP_HEADERS itself instead of OTEL_EXPORTER_OTLP_HEADERS_FILE",
    ],
  ])('in %s is rejected with its reason: %s', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([`${name.replace(/_FILE$/, '')} ${problem}`]);
  });

  it.each([
    'postgres://gatehouse:p%40ss@10.0.0.7:5432/gatehouse?sslmode=verify-full',
    'postgresql://[::1]/gatehouse',
    'postgres:///gatehouse',
    'postgres://%2Frun%2Fpostgresql/gatehouse',
  ])('of PostgreSQL is kept as it is: %s', (url) => {
    expect(parse({ DATABASE_URL: url }).database.url).toBe(url);
  });

  it('of PostgreSQL may have its host or the folder of its socket in the query, as for libpq', () => {
    const urlOf = (url: string): string => parse({ DATABASE_URL: url }).database.url;
    expect(urlOf('postgres://u@/db?host=/run/postgresql')).toBe(
      'postgres://u@localhost/db?host=/run/postgresql',
    );
    expect(urlOf('postgres:///db?host=/run/postgresql')).toBe('postgres://localhost/db?host=/run/postgresql');
    expect(urlOf('postgres://u@/db?host=db.acme.com&sslmode=require')).toBe(
      'postgres://u@db.acme.com/db?sslmode=require',
    );
  });

  it('of PostgreSQL is judged by the host that it leads to', () => {
    const url = 'postgres://gatehouse:changeme@/gatehouse?host=';
    const inProduction = { NODE_ENV: 'production', PUBLIC_URL: 'https://accounts.acme.com' };
    expect(problemsOf({ ...inProduction, DATABASE_URL: `${url}/run/postgresql` })).toEqual([]);
    expect(problemsOf({ ...inProduction, DATABASE_URL: `${url}db.acme.com` })).toEqual([
      'DATABASE_URL contains a placeholder password',
    ]);
    expect(problemsOf({ ...inProduction, REDIS_URL: 'redis://:change%6De@redis.acme.com' })).toEqual([
      'REDIS_URL contains a placeholder password',
    ]);
  });

  it('of PostgreSQL may name files that exist', () => {
    const url = `postgres://10.0.0.7/gatehouse?sslrootcert=${folder.write('ca.pem', 'x')}`;
    expect(parse({ DATABASE_URL: url }).database.url).toBe(url);
  });

  it('never appears in the message about it, since it may contain a password', () => {
    const urls = ['redis://:hunter2%@h', 'redis://:hunter2#x@h:1', 'redis://:hunter2@h/x'];
    expect(urls.flatMap((url) => problemsOf({ REDIS_URL: url })).join()).not.toContain('hunter2');
  });
});
