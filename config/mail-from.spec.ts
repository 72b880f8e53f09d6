import { describe, expect, it } from '@jest/globals';
import { parseMailFrom } from './mail-from.js';
import { BadValue } from './reader.js';

describe('parseMailFrom', () => {
  it.each([
    ['accounts@acme.com', '', 'accounts@acme.com'],
    ['<accounts@acme.com>', '', 'accounts@acme.com'],
    ['Acme <accounts@acme.com>', 'Acme', 'accounts@acme.com'],
    ['Acme: Accounts <a@b.example>', 'Acme: Accounts', 'a@b.example'],
    ['Acme, Inc. <a@b.example>', 'Acme, Inc.', 'a@b.example'],
    ['"Acme: Accounts" <a@b.example>', 'Acme: Accounts', 'a@b.example'],
    [String.raw`"The \"A\" Team" <a@b.example>`, 'The "A" Team', 'a@b.example'],
    ['Bücher & Söhne <post@bücher.example>', 'Bücher & Söhne', 'post@xn--bcher-kva.example'],
    ['root@mailhost', '', 'root@mailhost'],
  ])('takes %j apart', (text, name, address) => {
    expect(parseMailFrom(text)).toEqual({ name, address });
  });

  it.each([
    'Acme',
    'Acme: a@b.example;',
    'Acme: a@b.example, c@d.example',
    'a@b.example, c@d.example',
    'a@b.example Acme',
    'Acme <a@b.example> Ltd.',
    'Acme <a@b.example>, Bob <c@d.example>',
    'Acme <>',
    'Acme <a b@c.example>',
    'Acme <a@>',
    'Acme <@b.example>',
    'Acme <a.@b.example>',
    'Acme <a@b..example>',
    'Acme <jürgen@b.example>',
    '"Acme <a@b.example>',
    'Acme\nBcc: c@d.example <a@b.example>',
    '=?utf-8?Q?Acme?= <a@b.example>',
  ])('rejects %j', (text) => {
    expect(() => parseMailFrom(text)).toThrow(BadValue);
  });
});
