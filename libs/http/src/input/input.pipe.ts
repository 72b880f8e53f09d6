import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { memberPointer, storabilityOf } from './members.js';

/** class-validator's names of constraints as the stable codes of the contract. */
const CODES: Readonly<Record<string, string>> = {
  whitelistValidation: 'unknown-member',
  isDefined: 'required',
  isEmail: 'invalid-email',
  isIn: 'not-one-of',
  isInt: 'not-an-integer',
  isBoolean: 'wrong-type',
  isObject: 'wrong-type',
  isString: 'wrong-type',
  isUuid: 'invalid-id',
  max: 'too-large',
  maxLength: 'too-long',
  min: 'too-small',
  minLength: 'too-short',
};

/**
 * Turns a body, a query or parameters into their class and refuses what the class does not declare.
 * @throws Problem `invalid-input` with a pointer to every invalid member
 */
@Injectable()
export class InputPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype, data }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom' || metatype === undefined || metatype === String) {
      return value;
    }
    if (data !== undefined || typeof metatype !== 'function') {
      throw new Error(`declare a class for the ${type} as a whole`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalidInput({ errors: [{ pointer: '', code: 'wrong-type', message: 'must be a JSON object' }] });
    }
    if (type !== 'body') {
      refuseUnstorable(value);
    }
    const input = plainToInstance(metatype as Type<object>, value, { exposeDefaultValues: true });
    const errors = await validate(input, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
    });
    if (errors.length > 0) {
      throw invalidInput({ errors: flatten(errors, '') });
    }
    return input;
  }
}

/** Bodies have been checked by their parser; queries and parameters come here straight from the URL. */
function refuseUnstorable(values: object): void {
  const errors = Object.entries(values).flatMap(([key, value]) => [
    ...storabilityOf(key, memberPointer('', key)),
    ...(typeof value === 'string' ? storabilityOf(value, memberPointer('', key)) : []),
  ]);
  if (errors.length > 0) {
    throw invalidInput({ errors });
  }
}

function flatten(errors: readonly ValidationError[], parent: string): InvalidMember[] {
  return errors.flatMap(({ property, constraints = {}, children = [], value }) => {
    const pointer = memberPointer(parent, property);
    const own = Object.entries(constraints).map(([name, message]) => ({
      pointer,
      code: value === undefined && name !== 'whitelistValidation' ? 'required' : (CODES[name] ?? kebab(name)),
      message:
        value === undefined && name !== 'whitelistValidation'
          ? 'is required'
          : withoutName(message, property),
    }));
    return [...distinct(own), ...flatten(children, pointer)];
  });
}

/** One missing member fails each of its constraints; it is said once. */
function distinct(errors: readonly InvalidMember[]): InvalidMember[] {
  return [...new Map(errors.map((error) => [error.code, error])).values()];
}

/** The pointer names the member already, and a message that quotes it would quote whatever the caller called it. */
function withoutName(message: string, property: string): string {
  return message.includes('should not exist')
    ? 'is not a member of this input'
    : message.replace(`${property} `, '');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
