import type { Algorithm, Options, Version } from '@node-rs/argon2';
import { fitsMemory, fitsScrypt, KIB, MAX_COST, type ScryptCost, scryptCost } from './hash-costs.js';
import { decode, membersOf, numberOf, numbersOf, saltAndHash } from './phc-string.js';

/** A password hash, ours or from another system: how to compute it, and what the result must be. */
export type PasswordHash =
  | { readonly kind: 'argon2'; readonly options: Options; readonly hash: Uint8Array }
  /** `setting` is the text up to the salt. The hash is as bcrypt writes it. */
  | { readonly kind: 'bcrypt'; readonly setting: string; readonly hash: Uint8Array }
  | ({ readonly kind: 'pbkdf2'; readonly digest: string; readonly iterations: number } & Salted)
  | ({ readonly kind: 'scrypt'; readonly cost: ScryptCost } & Salted)
  /** The separator is part of the salt. */
  | ({
      readonly kind: 'firebase-scrypt';
      readonly cost: ScryptCost;
      readonly signerKey: Uint8Array;
    } & Salted);

interface Salted {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

/** A text that can't be verified. The reason reads like the message of an invalid field: "must be …". */
export interface UnusableHash {
  readonly kind: 'unusable';
  readonly reason: string;
}

/** A Firebase hash with its signer key has about 250 characters. */
const MAX_LENGTH = 512;

/** What we read from a text. */
interface Read {
  readonly hash: PasswordHash;
  readonly affordable: boolean;
}

interface Format {
  readonly ids: readonly string[];
  readonly name: string;
  readonly form: string;
  readonly limit: string;
  /** @param fields what follows the identifier, between dollar signs. @returns undefined if it's malformed */
  readonly read: (fields: readonly string[], id: string) => Read | undefined;
}

const SCRYPT_LIMIT = '256 MiB of memory (128·N·r), 1 GiB for all p together, and r and p of 64';
const FORMATS: readonly Format[] = [
  {
    ids: ['2a', '2b', '2y'],
    name: 'bcrypt',
    form: '$2b$12$… with 53 characters after the cost',
    limit: 'a cost of 15',
    read: readBcrypt,
  },
  {
    ids: ['argon2id', 'argon2i'],
    name: 'Argon2',
    form: '$argon2id$v=19$m=65536,t=3,p=4$salt$hash',
    limit: '256 MiB of memory (m), 1 GiB for all passes together (m·t), and 64 lanes (p)',
    read: readArgon2,
  },
  {
    ids: ['scrypt'],
    name: 'scrypt',
    form: '$scrypt$ln=15,r=8,p=1$salt$hash',
    limit: SCRYPT_LIMIT,
    read: readScrypt,
  },
  {
    ids: ['pbkdf2-sha512', 'pbkdf2-sha256', 'pbkdf2-sha1', 'pbkdf2'],
    name: 'PBKDF2',
    form: '$pbkdf2-sha256$i=600000$salt$hash',
    limit: '2,000,000 iterations',
    read: readPbkdf2,
  },
  {
    // The second is what Supabase calls it.
    ids: ['firebase-scrypt', 'fbscrypt'],
    name: 'Firebase scrypt',
    form: '$firebase-scrypt$v=1,n=14,r=8,p=1,ss=separator,sk=key$salt$hash',
    limit: SCRYPT_LIMIT,
    read: readFirebase,
  },
];

/** Reads a PHC string, or the modular crypt format of bcrypt or passlib. */
export function parsePasswordHash(text: string): PasswordHash | UnusableHash {
  const [before, id = '', ...fields] = text.split('$');
  const format = before === '' && text.length <= MAX_LENGTH && FORMATS.find(({ ids }) => ids.includes(id));
  if (!format) {
    return unusable(
      'must be a bcrypt, Argon2id, Argon2i, scrypt, PBKDF2 or Firebase scrypt hash, such as $2b$12$…',
    );
  }
  const read = format.read(fields, id);
  if (!read) {
    return unusable(`must be a complete ${format.name} hash, such as ${format.form}`);
  }
  return read.affordable
    ? read.hash
    : unusable(`costs more than allowed: ${format.name} may use up to ${format.limit}`);
}

/** @returns why users couldn't sign in with this hash, as the message of an invalid field; undefined if they can */
export function reasonAgainstHash(text: string): string | undefined {
  const parsed = parsePasswordHash(text);
  return parsed.kind === 'unusable' ? parsed.reason : undefined;
}

function unusable(reason: string): UnusableHash {
  return { kind: 'unusable', reason };
}

/** The last characters of salt and hash carry 2 and 4 bits. The other bits are 0, unless the text was damaged. */
function readBcrypt([cost = '', rest = '', ...more]: readonly string[], id: string): Read | undefined {
  const [, salt, hash] = /^([./A-Za-z\d]{21}[.Oeu])([./A-Za-z\d]{30}[.CGKOSWaeimquy26])$/.exec(rest) ?? [];
  if (!/^(0[4-9]|[12]\d|3[01])$/.test(cost) || salt === undefined || hash === undefined || more.length > 0) {
    return undefined;
  }
  const setting = `$${id}$${cost}$${salt}`;
  return {
    hash: { kind: 'bcrypt', setting, hash: Uint8Array.from(Buffer.from(hash)) },
    affordable: Number(cost) <= MAX_COST.bcrypt,
  };
}

function readArgon2(fields: readonly string[], id: string): Read | undefined {
  const [version = '', members = '', ...bytes] = fields;
  const { m, t, p } = numbersOf(membersOf(members, ['m', 't', 'p']));
  const [salt, hash] = saltAndHash(bytes);
  const known = ['v=16', 'v=19'].indexOf(version);
  if (known < 0 || !m || !t || !p || m < 8 * p || !salt || !hash) {
    return undefined;
  }
  const options = {
    // Neither `const enum` can be read under isolatedModules.
    algorithm: (id === 'argon2id' ? 2 : 1) as Algorithm,
    version: known as Version,
    memoryCost: m,
    timeCost: t,
    parallelism: p,
    outputLen: hash.length,
    salt,
  };
  return {
    hash: { kind: 'argon2', options, hash },
    affordable: fitsMemory(m * KIB, t, p),
  };
}

function readScrypt([members = '', ...bytes]: readonly string[]): Read | undefined {
  const { ln, r, p } = numbersOf(membersOf(members, ['ln', 'r', 'p']));
  const cost = scryptCost(ln, r, p);
  const [salt, hash] = saltAndHash(bytes);
  return cost && salt && hash && { hash: { kind: 'scrypt', cost, salt, hash }, affordable: fitsScrypt(cost) };
}

/** passlib leaves out `i=`, and writes `.` instead of `+`. */
function readPbkdf2([rounds = '', ...bytes]: readonly string[], id: string): Read | undefined {
  const iterations = numberOf(rounds.replace(/^i=/, ''));
  const [salt, hash] = saltAndHash(bytes.map((text) => text.replaceAll('.', '+')));
  if (!iterations || !salt || !hash) {
    return undefined;
  }
  const digest = id.split('-')[1] ?? 'sha1';
  return {
    hash: { kind: 'pbkdf2', digest, iterations, salt, hash },
    affordable: iterations <= MAX_COST.pbkdf2,
  };
}

function readFirebase([text = '', ...bytes]: readonly string[]): Read | undefined {
  const members = membersOf(text, ['v', 'n', 'r', 'p', 'ss', 'sk']);
  const { v, n, r, p } = numbersOf(members);
  const cost = scryptCost(n, r, p);
  const [ownSalt, hash] = saltAndHash(bytes);
  const separator = decode(members.ss, 0, 64);
  // The hash is the encrypted signer key.
  const signerKey = hash && decode(members.sk, hash.length, hash.length);
  if (v !== 1 || !cost || !ownSalt || !separator || !signerKey) {
    return undefined;
  }
  const salt = Uint8Array.from([...ownSalt, ...separator]);
  return { hash: { kind: 'firebase-scrypt', cost, salt, signerKey, hash }, affordable: fitsScrypt(cost) };
}
