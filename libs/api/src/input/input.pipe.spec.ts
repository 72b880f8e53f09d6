import { describe, expect, it } from '@jest/globals';
import type { Problem } from '#libs/problem';
import {
  BooleanQuery,
  EmailField,
  EnumQuery,
  IntegerQuery,
  ObjectField,
  StringField,
  UuidField,
} from './fields.js';
import { InputPipe } from './input.pipe.js';

class Body {
  @EmailField({ description: '' })
  email!: string;

  @StringField({ description: '', minLength: 2, maxLength: 3, optional: true, nullable: true })
  name?: string | null;

  @ObjectField({ description: '', maxBytes: 20, optional: true })
  metadata?: Record<string, unknown>;
}

class Query {
  @IntegerQuery({ description: '', min: 1, max: 100, default: 20 })
  limit: number = 20;

  @BooleanQuery({ description: '', default: false })
  total: boolean = false;

  @UuidField({ description: '', optional: true })
  id?: string;

  @EnumQuery({ description: '', values: ['up', 'down'] })
  order?: string;

  @StringField({
    description: '',
    maxLength: 9,
    optional: true,
    rule: { code: 'unknown', test: () => false, message: 'must be the type of a thing' },
  })
  type?: string;
}

const pipe = new InputPipe();
const body = (value: unknown) => pipe.transform(value, { type: 'body', metatype: Body });
const query = (value: unknown) => pipe.transform(value, { type: 'query', metatype: Query });

async function errorsOf(input: Promise<unknown>): Promise<[pointer: string, code: string][]> {
  const problem = await input.then(
    () => undefined,
    (error: unknown) => error as Problem,
  );
  return problem?.occurrence.errors?.map(({ pointer, code }) => [pointer, code]) ?? [];
}

async function messagesOf(input: Promise<unknown>): Promise<string[] | undefined> {
  const problem = await input.then(
    () => undefined,
    (error: unknown) => error as Problem,
  );
  return problem?.occurrence.errors?.map(({ message }) => message);
}

describe('InputPipe', () => {
  it('returns an instance of the declared class', async () => {
    const input = await body({ email: 'ada@acme.com', name: null });
    expect(input).toBeInstanceOf(Body);
    expect(input).toEqual({ email: 'ada@acme.com', name: null });
  });

  it('converts query strings and applies defaults', async () => {
    expect(await query({ limit: '5', total: 'true' })).toEqual({ limit: 5, total: true });
    expect(await query({})).toEqual({ limit: 20, total: false });
    expect(await query({ id: '0197F9A2-5C1E-7C3B-9D52-6F1D1C1F4A10' })).toMatchObject({
      id: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10',
    });
  });

  it('leaves a message as it is that has the name of its member in the middle', async () => {
    expect(await messagesOf(query({ type: 'x' }))).toEqual(['must be the type of a thing']);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', 'anything'])(
    'treats %s like any other undeclared member',
    async (name) => {
      const value = JSON.parse(`{"email":"ada@acme.com","${name}":1}`) as unknown;
      expect(await errorsOf(body(value))).toEqual([[`/${name}`, 'unknown-member']]);
      expect(await errorsOf(query(JSON.parse(`{"${name}":"1"}`)))).toEqual([[`/${name}`, 'unknown-member']]);
    },
  );

  it('keeps the member names inside a free-form object', async () => {
    const metadata = { constructor: 'x', a: { toString: 1 } };
    expect(await errorsOf(body({ email: { constructor: 1 }, metadata: { constructor: 'x' } }))).toEqual([
      ['/email', 'wrong-type'],
    ]);
    expect(JSON.stringify(await body({ email: 'ada@acme.com', metadata: { constructor: 1 } }))).toContain(
      'constructor',
    );
    expect(await errorsOf(body({ email: 'ada@acme.com', metadata }))).toEqual([['/metadata', 'too-large']]);
  });

  it('returns a pointer to every invalid member', async () => {
    expect(await errorsOf(body({ name: 'x', other: 1 }))).toEqual([
      ['/other', 'unknown-member'],
      ['/email', 'required'],
      ['/name', 'too-short'],
    ]);
    expect(await errorsOf(query({ limit: ['1', '2'], total: 'yes' }))).toEqual([
      ['/limit', 'not-an-integer'],
      ['/total', 'wrong-type'],
    ]);
    expect(await errorsOf(query({ id: 'a\0' }))).toContainEqual(['/id', 'unstorable']);
  });

  it('writes messages that can follow the name of the field', async () => {
    expect(await messagesOf(body({ email: 'ada', name: 'x', metadata: { key: 'x'.repeat(20) } }))).toEqual([
      'must be an email address',
      'must be at least 2 characters long',
      'must be at most 20 bytes of JSON',
    ]);
    expect(await messagesOf(query({ limit: '0', total: 'yes', id: '1' }))).toEqual([
      'must be at least 1',
      'must be true or false',
      'must be a UUID',
    ]);
  });

  it('tells the bound that was broken, so that forms can word their own messages', async () => {
    const boundsOf = async (input: Promise<unknown>) =>
      ((await input.catch((error: unknown) => error)) as Problem).occurrence.errors?.map(
        ({ pointer: _pointer, message: _message, ...rest }) => rest,
      );
    const metadata = { key: 'x'.repeat(20) };
    expect(await boundsOf(body({ email: 'a'.repeat(255), name: 'x', metadata }))).toEqual([
      { code: 'too-long', maximum: 254 },
      { code: 'too-short', minimum: 2 },
      { code: 'too-large', maximum: 20 },
    ]);
    expect(await boundsOf(query({ limit: '0' }))).toEqual([{ code: 'too-small', minimum: 1 }]);
    expect(await boundsOf(query({ limit: '101' }))).toEqual([{ code: 'too-large', maximum: 100 }]);
    expect(await boundsOf(query({ order: 'sideways' }))).toEqual([
      { code: 'not-one-of', allowed: ['up', 'down'] },
    ]);
  });

  it('limits the number of undeclared members it reports', async () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`m${i}`, i]));
    expect(await errorsOf(body(many))).toHaveLength(20);
  });

  it.each([undefined, null, 'text', 1, []])('rejects %j where an object is expected', async (value) => {
    expect(await errorsOf(body(value))).toEqual([['', 'wrong-type']]);
  });
});
