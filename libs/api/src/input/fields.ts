import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import type { InvalidMember } from '#libs/problem';
import { countGraphemes, EMAIL_MAX_LENGTH, isEmailAddress } from '#libs/text';
import { declareMember } from './declared-members.js';

/** Options of an input field. Each decorator states its rules once, for both validation and the OpenAPI document. */
export interface FieldOptions {
  readonly description: string;
  readonly example?: unknown;
  /** May be omitted. */
  readonly optional?: boolean;
  /** May be null. In a merge patch, null removes the value (RFC 7396). */
  readonly nullable?: boolean;
}

interface StringFieldOptions extends FieldOptions {
  readonly minLength?: number;
  /** In code points. */
  readonly maxLength: number;
  /** In characters as people count them, if they may be longer. */
  readonly maxGraphemes?: number;
  /** An object is taken as its JSON. The document only has the text, which every generated client can send. */
  readonly acceptsJson?: boolean;
  /** Applied before any rule. */
  readonly convert?: (text: string) => string;
  readonly format?: string;
  /** A rule that lengths can't express. */
  readonly rule?: Rule | PatternRule;
}

interface Rule {
  readonly code: string;
  readonly test: (text: string) => boolean;
  /** Follows the name of the field. */
  readonly message: string;
}

/** A rule that the document can have, too. */
interface PatternRule extends Omit<Rule, 'test'> {
  readonly pattern: RegExp;
}

/** What a check expects, for the error if it fails. */
export type Bound = Pick<InvalidMember, 'minimum' | 'maximum' | 'allowed'>;

const TOO_LONG = '$property must be at most $constraint1 characters long';

export function StringField(options: StringFieldOptions): PropertyDecorator {
  const { minLength, maxLength, maxGraphemes, acceptsJson, convert, format, rule } = options;
  return field(
    options,
    {
      type: String,
      maxLength,
      ...(minLength === undefined ? {} : { minLength }),
      ...(format === undefined ? {} : { format }),
      ...(rule && 'pattern' in rule ? { pattern: rule.pattern.source } : {}),
    },
    ...(convert === undefined
      ? []
      : [declareMember((value) => (typeof value === 'string' ? convert(value) : value))]),
    ...(acceptsJson ? [declareMember(toText)] : []),
    IsString(),
    ...(minLength === undefined
      ? []
      : [
          MinLength(minLength, {
            context: { minimum: minLength } satisfies Bound,
            message:
              minLength === 1
                ? '$property must not be empty'
                : '$property must be at least $constraint1 characters long',
          }),
        ]),
    maxGraphemes === undefined
      ? MaxLength(maxLength, { message: TOO_LONG, context: { maximum: maxLength } satisfies Bound })
      : MaxGraphemes(maxGraphemes, maxLength),
    ...checksOf(rule),
  );
}

/** For a text, or for each text of a list. */
function checksOf(rule: StringFieldOptions['rule']): PropertyDecorator[] {
  if (rule === undefined) {
    return [];
  }
  const test = (text: string): boolean => ('pattern' in rule ? rule.pattern.test(text) : rule.test(text));
  const fits = (value: unknown): boolean => typeof value === 'string' && test(value);
  return [
    ValidateBy({
      name: rule.code,
      validator: {
        validate: (value: unknown) => (Array.isArray(value) ? value.every(fits) : fits(value)),
        defaultMessage: () => rule.message,
      },
    }),
  ];
}

/** Counts what people see. The text is bounded first, because counting takes time. */
function MaxGraphemes(max: number, maxLength: number): PropertyDecorator {
  return ValidateBy(
    {
      name: 'maxLength',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' &&
          value.length <= 2 * maxLength &&
          [...value].length <= maxLength &&
          countGraphemes(value) <= max,
        defaultMessage: () => `$property must be at most ${max} characters long`,
      },
    },
    { context: { maximum: max } satisfies Bound },
  );
}

/** A list of texts, each of which is there once. */
export function StringListField(
  options: FieldOptions & {
    minItems?: number;
    maxItems: number;
    maxLength: number;
    rule?: Rule;
  },
): PropertyDecorator {
  const { minItems = 0, maxItems, maxLength, rule } = options;
  return field(
    options,
    {
      type: [String],
      ...(minItems > 0 ? { minItems } : {}),
      maxItems,
      uniqueItems: true,
      items: { type: 'string', maxLength },
    },
    IsArray({ message: '$property must be a list' }),
    IsString({ each: true, message: '$property must be a list of strings' }),
    ArrayMinSize(minItems, {
      message: '$property must have at least $constraint1 items',
      context: { minimum: minItems } satisfies Bound,
    }),
    ArrayMaxSize(maxItems, {
      message: '$property must have at most $constraint1 items',
      context: { maximum: maxItems } satisfies Bound,
    }),
    ArrayUnique({ message: '$property must not contain duplicates' }),
    ...checksOf(rule),
  );
}

export function EmailField(options: FieldOptions): PropertyDecorator {
  return field(
    { example: 'ada@acme.com', ...options },
    { type: String, format: 'idn-email', maxLength: EMAIL_MAX_LENGTH },
    IsString(),
    MaxLength(EMAIL_MAX_LENGTH, {
      message: TOO_LONG,
      context: { maximum: EMAIL_MAX_LENGTH } satisfies Bound,
    }),
    ValidateBy({
      name: 'isEmail',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isEmailAddress(value),
        defaultMessage: () => '$property must be an email address',
      },
    }),
  );
}

export function UuidField(options: FieldOptions): PropertyDecorator {
  return field(
    { example: '0197f9a2-5c1e-7c3b-9d52-6f1d1c1f4a10', ...options },
    { type: String, format: 'uuid', maxLength: 36 },
    // Normalize the case, because IDs are also cache keys.
    declareMember(toLowerCase),
    IsUUID(),
  );
}

export function BooleanField(options: FieldOptions): PropertyDecorator {
  return field(options, { type: Boolean }, IsBoolean({ message: '$property must be true or false' }));
}

/** A number, also one that isn't an integer. */
export function NumberField(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(
    options,
    { type: Number, minimum: min, maximum: max },
    IsNumber({}, { message: '$property must be a number' }),
    Min(min, {
      message: '$property must be at least $constraint1',
      context: { minimum: min } satisfies Bound,
    }),
    Max(max, {
      message: '$property must be at most $constraint1',
      context: { maximum: max } satisfies Bound,
    }),
  );
}

export function EnumField(options: FieldOptions & { values: readonly string[] }): PropertyDecorator {
  return field(options, { type: String, enum: [...options.values] }, oneOf(options.values));
}

/**
 * An object whose members are checked later.
 * @param options.of what its values are in the document, if clients choose the names
 * @param options.shape what the object is in the document, if they don't
 */
export function ObjectField(
  options: FieldOptions & { maxBytes: number; of?: Type; shape?: Type },
): PropertyDecorator {
  const { of, shape } = options;
  return field(
    options,
    shape
      ? { type: shape }
      : { type: 'object', additionalProperties: of ? { $ref: getSchemaPath(of) } : true },
    IsObject(),
    ValidateBy(
      {
        name: 'too-large',
        validator: {
          validate: (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '') <= options.maxBytes,
          defaultMessage: () => `must be at most ${options.maxBytes} bytes of JSON`,
        },
      },
      { context: { maximum: options.maxBytes } satisfies Bound },
    ),
  );
}

interface QueryOptions extends Omit<FieldOptions, 'nullable'> {
  readonly default?: unknown;
}

/** An integer in a query. */
export function IntegerQuery(options: QueryOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return field(
    { optional: true, ...options },
    { type: 'integer', format: 'int32', minimum: min, maximum: max, ...defaultOf(options) },
    declareMember(toInteger),
    IsInt({ message: '$property must be an integer' }),
    Min(min, {
      message: '$property must be at least $constraint1',
      context: { minimum: min } satisfies Bound,
    }),
    Max(max, {
      message: '$property must be at most $constraint1',
      context: { maximum: max } satisfies Bound,
    }),
  );
}

export function BooleanQuery(options: QueryOptions): PropertyDecorator {
  return field(
    { optional: true, ...options },
    { type: Boolean, ...defaultOf(options) },
    declareMember(toBoolean),
    IsBoolean({ message: '$property must be true or false' }),
  );
}

export function EnumQuery(options: QueryOptions & { values: readonly string[] }): PropertyDecorator {
  return field(
    { optional: true, ...options },
    { type: String, enum: [...options.values], ...defaultOf(options) },
    oneOf(options.values),
  );
}

function oneOf(values: readonly string[]): PropertyDecorator {
  return IsIn(values, {
    message: '$property must be one of: $constraint1',
    context: { allowed: values } satisfies Bound,
  });
}

function defaultOf(options: QueryOptions): { default?: unknown } {
  return options.default === undefined ? {} : { default: options.default };
}

function field(options: FieldOptions, schema: object, ...checks: PropertyDecorator[]): PropertyDecorator {
  const { description, example, optional = false, nullable = false } = options;
  const isExempt = (value: unknown): boolean =>
    (optional && value === undefined) || (nullable && value === null);
  return applyDecorators(
    declareMember(null),
    ApiProperty({
      ...schema,
      description,
      required: !optional,
      ...(nullable ? { nullable } : {}),
      ...(example === undefined ? {} : { example }),
    }),
    ValidateIf((_, value: unknown) => !isExempt(value)),
    ...checks,
  );
}

function toText(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function toInteger(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

function toBoolean(value: unknown): unknown {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}

function toLowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
