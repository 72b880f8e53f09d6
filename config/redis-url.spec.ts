import { describe, expect, it } from '@jest/globals';
import { parse, problemsOf } from '../test/support/environment.js';

const SCHEMES =
  'REDIS_URL must be a URL that starts with redis:// or rediss://, or with redis+sentinel://, rediss+sentinel://, ' +
  'redis+cluster:// or rediss+cluster:// for several servers';
const HOSTS =
  'REDIS_URL must contain hosts with their ports, separated by commas, such as one:26379,two:26379';
const MASTER =
  'REDIS_URL must name what Sentinel monitors after the hosts, and may end with the number of a database: ' +
  'redis+sentinel://host:26379/mymaster/0';
const CLUSTER = 'REDIS_URL must end after the hosts, because a cluster has only database 0';
const PARAMETERS = 'REDIS_URL may only have the parameters sentinel_username and sentinel_password';

const redisOf = (url: string) => parse({ REDIS_URL: url }).redis;

describe('the URL of Redis', () => {
  it('with one server is kept as it is', () => {
    for (const url of ['redis://10.0.0.7', 'rediss://user:p%40ss@redis.acme.com:6380/3', 'REDIS://h/']) {
      expect(redisOf(url)).toBe(url);
    }
  });

  it('names Sentinels, what they monitor, a database, and passwords for Redis and for themselves', () => {
    expect(
      redisOf(
        'rediss+sentinel://gate:p%40%3Ass@one:26380,[::1],10.0.0.7/my%20master/3?sentinel_username=watch&sentinel_password=d%26g',
      ),
    ).toEqual({
      kind: 'sentinel',
      addresses: [
        { host: 'one', port: 26_380 },
        { host: '::1', port: 26_379 },
        { host: '10.0.0.7', port: 26_379 },
      ],
      login: { username: 'gate', password: 'p@:ss' },
      tls: true,
      master: 'my master',
      database: 3,
      sentinelLogin: { username: 'watch', password: 'd&g' },
    });
  });

  it('of Sentinels needs neither passwords, ports nor a database', () => {
    expect(redisOf('redis+sentinel://redis-sentinel/mymaster')).toEqual({
      kind: 'sentinel',
      addresses: [{ host: 'redis-sentinel', port: 26_379 }],
      login: {},
      tls: false,
      master: 'mymaster',
      database: 0,
      sentinelLogin: {},
    });
  });

  it.each(['redis+cluster://:secret@one:7000,two', 'Redis+Cluster://:secret@one:7000,two:6379/0'])(
    'names nodes of a cluster: %s',
    (url) => {
      expect(redisOf(url)).toEqual({
        kind: 'cluster',
        addresses: [
          { host: 'one', port: 7_000 },
          { host: 'two', port: 6_379 },
        ],
        login: { password: 'secret' },
        tls: false,
      });
    },
  );

  it.each([
    ['http://10.0.0.7', SCHEMES],
    ['redis:/0', SCHEMES],
    ['redis-sentinel://10.0.0.7/mymaster', SCHEMES],
    [
      'redis://10.0.0.7/main',
      'REDIS_URL must end with the number of a database, such as /0, or with nothing after the host',
    ],
    ['redis+sentinel://10.0.0.7', MASTER],
    ['redis+sentinel://10.0.0.7/', MASTER],
    ['redis+sentinel://10.0.0.7/mymaster/main', MASTER],
    ['redis+sentinel://10.0.0.7/my%master', MASTER],
    ['redis+sentinel:///mymaster', HOSTS],
    ['redis+sentinel://one,,two/mymaster', HOSTS],
    ['redis+sentinel://one:70000/mymaster', HOSTS],
    ['redis+cluster://one:0', HOSTS],
    ['redis+sentinel://one/mymaster?db=1', PARAMETERS],
    ['redis+cluster://one/1', CLUSTER],
    ['redis+cluster://one?x=y', CLUSTER],
  ])('is rejected with its reason: %s', (url, problem) => {
    expect(problemsOf({ REDIS_URL: url })).toEqual([problem]);
  });

  it.each(['redis+sentinel://:pa/ss@h/m', 'redis+cluster://:pa#ss@h', 'redis+cluster://:pa@ss@h'])(
    'must encode special characters: %s',
    (url) => {
      expect(problemsOf({ REDIS_URL: url })).toEqual([
        expect.stringMatching(/^REDIS_URL isn't a valid URL\. Percent-encode .* @ as %40$/),
      ]);
    },
  );

  it('may not contain a bare percent sign in its password', () => {
    expect(problemsOf({ REDIS_URL: 'redis+cluster://:100%@h' })).toEqual([
      "REDIS_URL contains a % that isn't followed by two hexadecimal digits of UTF-8: write % as %25",
    ]);
  });

  it('never appears in the message about it, since it may contain a password', () => {
    const urls = [
      'redis+cluster://:hunter2%@h',
      'redis+sentinel://:hunter2#x@h/m',
      'redis+cluster://:hunter2@h/x',
    ];
    expect(urls.flatMap((url) => problemsOf({ REDIS_URL: url })).join()).not.toContain('hunter2');
  });

  it.each([
    ['redis+cluster://:changeme@127.0.0.1,10.0.0.7', true],
    ['redis+sentinel://10.0.0.7/mymaster?sentinel_password=changeme', true],
    ['redis+sentinel://:changeme@127.0.0.1,[::1]/mymaster', false],
    ['redis+cluster://10.0.0.7', false],
  ])(
    'may not have a placeholder password in production, unless all servers are on this machine: %s',
    (url, isBad) => {
      const inProduction = { NODE_ENV: 'production', PUBLIC_URL: 'https://accounts.acme.com' };
      expect(problemsOf({ ...inProduction, REDIS_URL: url })).toEqual(
        isBad ? ['REDIS_URL contains a placeholder password'] : [],
      );
    },
  );
});
