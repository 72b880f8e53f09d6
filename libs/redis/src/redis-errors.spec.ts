import { describe, expect, it } from '@jest/globals';
import { endsConnection, wordOf } from './redis-errors.js';

describe('a connection', () => {
  it.each([
    "READONLY You can't write against a read only replica.",
    'MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    "NOPERM this user has no permissions to run the 'publish' command",
    'ERR DB index is out of range',
    'ERR invalid DB index',
    // From a script, in the words of Redis 6 and 7.
    "ERR Error running script (call to f_0): @user_script:1: -READONLY You can't write against a read only replica.",
    "ERR Error running script (call to f_0): @user_script: 1: READONLY You can't write against a read only replica.",
  ])('is replaced after %j', (message) => {
    expect(endsConnection(new Error(message))).toBe(true);
  });

  it.each([
    'LOADING Redis is loading the dataset in memory',
    'BUSY Redis is busy running a script.',
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    'CLUSTERDOWN The cluster is down',
    'TRYAGAIN Multiple keys request during rehashing of slot',
    'NOREPLICAS Not enough good replicas to write.',
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    'ERR unknown command',
    'ERR value is not an integer, and the DB index is out of range',
    'Command timed out',
  ])('is kept after %j, which a new one would find unchanged', (message) => {
    expect(endsConnection(new Error(message))).toBe(false);
  });
});

it.each([
  ['OOM command not allowed', 'OOM'],
  ['ERR no such key: ada@example.com', 'ERR'],
  ['Command timed out', 'C'],
  ['connection lost', ''],
])('the word of %j is %j', (message, word) => {
  expect(wordOf(new Error(message))).toBe(word);
});
