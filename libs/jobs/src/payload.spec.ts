import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsEmail, IsInt, ValidateNested } from 'class-validator';
import { InvalidPayloadError, parsePayload } from './payload.js';

class Person {
  @IsEmail() email!: string;
}

class Invitation {
  @IsInt() seats!: number;
  @ValidateNested() @Type(() => Person) guest!: Person;
}

describe('parsePayload', () => {
  it('returns an instance of the class', () => {
    const parsed = parsePayload(Invitation, { seats: 2, guest: { email: 'a@b.example' } });
    expect(parsed).toBeInstanceOf(Invitation);
    expect(parsed.guest).toBeInstanceOf(Person);
  });

  it.each([
    ['an invalid member', { seats: 'two', guest: { email: 'a@b.example' } }, 'seats (isInt)'],
    ['an invalid nested member', { seats: 1, guest: { email: 'nobody' } }, 'guest.email (isEmail)'],
    ['an unknown member', { seats: 1, guest: { email: 'a@b.example' }, x: 1 }, 'x (whitelistValidation)'],
  ])('reports %s', (_, value, rule) => {
    expect(() => parsePayload(Invitation, value)).toThrow(
      new InvalidPayloadError(`not a valid Invitation: ${rule}`),
    );
  });

  it.each([null, undefined, 'text', 7, []])('rejects %p', (value) => {
    expect(() => parsePayload(Invitation, value)).toThrow(InvalidPayloadError);
  });

  it('never includes a value in the error', () => {
    const secret = 'somebody at example.com';
    expect(() => parsePayload(Invitation, { seats: secret, guest: { email: secret } })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });
});
