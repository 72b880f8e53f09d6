import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { validate, type ValidationError } from 'class-validator';
import { invalidInput, type InvalidMember, unsupportedMediaType } from '#libs/problem';
import type { Bound } from './fields.js';
import { declaredMembers } from './declared-members.js';
import { ignoresUnknown } from './ignores-unknown.js';
import { isOptionalBody } from './optional-body.js';
import { StreamedBody } from './streamed-body.js';
import { MAX_ERRORS, memberPointer, storabilityOf, unknownMember } from '#libs/json';

/** Maps class-validator's constraint names to the API's stable codes. */
const CODES: Readonly<Record<string, string>> = {
  isEmail: 'invalid-email',
  isIn: 'not-one-of',
  isInt: 'not-an-integer',
  isBoolean: 'wrong-type',
  isNumber: 'wrong-type',
  isObject: 'wrong-type',
  isString: 'wrong-type',
  isUuid: 'invalid-id',
  max: 'too-large',
  maxLength: 'too-long',
  min: 'too-small',
  minLength: 'too-short',
};

/**
 * Converts a body, query or path parameters to their class, and rejects undeclared members. Only declared members are
 * copied, by name, so that `constructor` and `toString` are rejected like any other unknown name.
 * @throws Problem `invalid-input` with a pointer to each invalid member, up to `MAX_ERRORS`
 */
@Injectable()
export class InputPipe implements PipeTransform {
  async transform(given: unknown, { type, metatype, data }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom' || metatype === undefined || metatype === String) {
      return given;
    }
    if (metatype === StreamedBody) {
      return requireStream(given);
    }
    if (data !== undefined || typeof metatype !== 'function') {
      throw new Error(`declare a class for the whole ${type}`);
    }
    const value = given === undefined && isOptionalBody(metatype) ? {} : given;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const message = 'must be a JSON object';
      throw invalidInput({ errors: [{ pointer: '', code: 'wrong-type', message }] });
    }
    const { input, errors } = copyDeclared(value, metatype as Type<Record<string, unknown>>, type !== 'body');
    const broken = (await validate(input, { forbidUnknownValues: true, stopAtFirstError: true })).map(
      toInvalidMember,
    );
    if (errors.length + broken.length > 0) {
      throw invalidInput({ errors: [...errors, ...broken].slice(0, MAX_ERRORS) });
    }
    return input;
  }
}

/** Other media types have been rejected, except JSON and none at all. */
function requireStream(given: unknown): StreamedBody {
  if (given instanceof StreamedBody) {
    return given;
  }
  throw given === undefined ? invalidInput({ detail: 'Send the file as the body.' }) : unsupportedMediaType();
}

/** The parser has already checked bodies. Queries and path parameters come straight from the URL. */
function copyDeclared(
  value: object,
  metatype: Type<Record<string, unknown>>,
  fromUrl: boolean,
): { input: object; errors: InvalidMember[] } {
  const input = new metatype();
  const errors: InvalidMember[] = [];
  const members = declaredMembers(metatype.prototype as object);
  const lenient = ignoresUnknown(metatype);
  for (const [name, member] of Object.entries(value)) {
    const pointer = memberPointer('', name);
    const convert = members.get(name);
    if (convert === undefined) {
      if (!lenient) {
        errors.push(unknownMember(pointer));
      }
    } else {
      input[name] = convert ? convert(member) : member;
      if (fromUrl && typeof member === 'string') {
        errors.push(...storabilityOf(member, pointer));
      }
    }
    if (errors.length >= MAX_ERRORS) {
      break;
    }
  }
  return { input, errors };
}

/** One error for each member: its first check that fails. The others would only confuse. */
function toInvalidMember({
  property,
  constraints = {},
  contexts = {},
  value,
}: ValidationError): InvalidMember {
  const pointer = memberPointer('', property);
  if (value === undefined) {
    return { pointer, code: 'required', message: 'is required' };
  }
  const [[name, message] = ['invalid', 'is invalid']] = Object.entries(constraints);
  return {
    pointer,
    code: CODES[name] ?? kebab(name),
    message: message.startsWith(`${property} `) ? message.slice(property.length + 1) : message,
    ...(contexts[name] as Bound | undefined),
  };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
