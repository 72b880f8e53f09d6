import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../test/support/certificates.js';
import { hold } from '../../../test/support/fixture.js';
import { useTemporaryFolder } from '../../../test/support/temporary-folder.js';
import { TransitEngine } from '../../../test/support/transit-engine.js';
import { GivenKeys } from './key-source.js';
import { TransitKeys, type TransitOptions } from './transit-keys.js';

const folder = useTemporaryFolder();
const secret = randomBytes(32);
let engine: TransitEngine;
let url: string;

beforeEach(async () => {
  engine = new TransitEngine();
  url = await engine.listen();
});

function source(at: string, given: Partial<TransitOptions> = {}): TransitKeys {
  const tokenFile = folder.write('token', `${engine.token}\n`);
  return new TransitKeys({ url: at, key: 'gatehouse', tokenFile, caFile: null, pausesMs: [1, 1], ...given });
}

const open = (at: string, given: Partial<TransitOptions> = {}, key = engine.wrap(secret)) =>
  source(at, given).open([{ id: '2026b', wrapped: key }]);

describe('keys that a transit engine has wrapped', () => {
  it('are unwrapped, in order, next to those that are in clear', async () => {
    const clear = { id: '2025a', bytes: randomBytes(32) };
    const keys = [{ id: '2026b', wrapped: engine.wrap(secret) }, clear];
    expect(await source(url).open(keys)).toEqual([{ id: '2026b', bytes: secret }, clear]);
    expect(engine.seen).toEqual(['POST /v1/transit/decrypt/gatehouse']);
  });

  it('are asked for again while the service is sealed, or breaks the connection', async () => {
    engine.faults.push(
      (response) => response.writeHead(503).end(JSON.stringify({ errors: ['Vault is sealed'] })),
      (response) => response.destroy(),
    );
    expect(await open(url)).toEqual([{ id: '2026b', bytes: secret }]);
    expect(engine.seen).toHaveLength(3);
  });

  it('are asked for with the token that the file has by then', async () => {
    const tokenFile = folder.write('renewed', 'an expired one');
    engine.faults.push((response) => {
      folder.write('renewed', engine.token);
      response.writeHead(500).end();
    });
    expect(await open(url, { tokenFile })).toHaveLength(1);
  });

  it.each<[string, Partial<TransitOptions>, string, RegExp]>([
    [
      'its token is refused',
      { tokenFile: 'wrong' },
      '',
      /answers 403 \(1 error occurred: \* permission denied\)\. Check the token/,
    ],
    [
      'there is no such key',
      { key: 'other' },
      '',
      /answers 400 \(encryption key not found\)\. Check KEY_SERVICE_KEY/,
    ],
    ['it was wrapped with another key', {}, 'vault:v1:AAAA', /answers 400 \(cipher: message/],
    ['it has another length', {}, 'too short', /isn't a key of 32 bytes/],
  ])('are not asked for again if %s', async (_, given, key, reason) => {
    const tokenFile = folder.write('wrong', 'hvs.wrong');
    const ciphertext = key === 'too short' ? engine.wrap(randomBytes(16)) : key || undefined;
    const options = given.tokenFile === undefined ? given : { tokenFile };
    const failure = await open(url, options, ciphertext).catch((error: unknown) => String(error));
    expect(failure).toMatch(reason);
    expect(failure).toContain(`The key 2026b can't be unwrapped by ${url}: it`);
    expect(failure).not.toContain('hvs.');
    expect(engine.seen).toHaveLength(1);
  });

  it('say so if the service does not answer', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await hold(once(silent, 'listening'), () => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as AddressInfo;
    await expect(open(`http://127.0.0.1:${port}`, { timeoutMs: 50 })).rejects.toThrow(
      "it doesn't answer (timed out).",
    );
    await expect(open('http://127.0.0.1:9')).rejects.toThrow(/it doesn't answer \(.*ECONNREFUSED/);
  });

  it('come over TLS, from an authority that the settings name', async () => {
    const authority = await hold(createAuthority(), ({ remove }) => remove());
    const secure = await engine.listen(authority.issue('IP:127.0.0.1'));
    const caFile = folder.write('ca.pem', authority.ca);
    expect(await open(secure, { caFile })).toEqual([{ id: '2026b', bytes: secret }]);
    await expect(open(secure)).rejects.toThrow(/it doesn't answer \(.*certificate/);
  });

  it('are refused without a service', async () => {
    await expect(new GivenKeys().open([{ id: 'x', wrapped: 'vault:v1:AAAA' }])).rejects.toThrow(
      'the key x is wrapped',
    );
  });
});
