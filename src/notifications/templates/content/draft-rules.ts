import { isJsonObject, type JsonObject, MAX_ERRORS, memberPointer, unknownMember } from '#libs/json';
import { invalidInput, type InvalidMember } from '#libs/problem';
import { isLocale, LOCALE_MAX_LENGTH } from '#libs/text';
import {
  CATEGORY_MAX_LENGTH,
  type ChannelName,
  CHANNELS,
  isCategory,
  type TemplateDraft,
  VARIABLE_TYPES,
} from './template-draft.js';

export const DESCRIPTION_MAX_LENGTH = 200;
const MAX_VARIABLES = 50;
const MAX_LOCALES = 30;
const VARIABLE_NAME = '^[a-z][A-Za-z0-9_]{0,63}$';
/** In code units, as Liquid sources. */
export const MAX_LENGTHS = {
  email: { subject: 250, mjml: 65_536, html: 65_536, text: 32_768 },
  inbox: { title: 250, body: 4_000, url: 2_048 },
  sms: { text: 1_600 },
  push: { title: 250, body: 2_000, url: 1_024 },
} as const;
const REQUIRED: Readonly<Record<ChannelName, readonly string[]>> = {
  email: ['subject'],
  inbox: ['title', 'body'],
  sms: ['text'],
  push: ['title', 'body'],
};
/** Of a whole draft, as JSON. */
export const MAX_BYTES = 512 * 1024;
export const CATEGORY_RULE = {
  code: 'invalid-category',
  test: isCategory,
  message: `must consist of at most ${CATEGORY_MAX_LENGTH} lowercase letters, digits and -, and start with a letter`,
};
const MAX_EXAMPLE_BYTES = 16 * 1024;

/** Variables of every template: the reader, the host of the app, and where to say that one wants no more of these. */
export const GLOBAL_VARIABLES = ['recipient', 'site', 'unsubscribeUrl'] as const;

/** @throws Problem `invalid-input` if that's not a draft. Whether it can be published is another question. */
export function toDraft(given: JsonObject): TemplateDraft {
  const checks = new DraftChecks();
  checks.text('/description', given['description'], { max: DESCRIPTION_MAX_LENGTH, optional: true });
  checks.category('/category', given['category']);
  checks.locale('/defaultLocale', given['defaultLocale']);
  checks.each('/variables', given['variables'], MAX_VARIABLES, (pointer, name, variable) => {
    checks.variable(pointer, name, variable);
  });
  checks.example('/exampleData', given['exampleData']);
  checks.each('/contents', given['contents'], MAX_LOCALES, (pointer, locale, content) => {
    checks.locale(pointer, locale);
    checks.content(pointer, content);
  });
  if (checks.errors.length === 0 && Buffer.byteLength(JSON.stringify(given)) > MAX_BYTES) {
    checks.fail('', 'too-large', `must be at most ${MAX_BYTES} bytes of JSON in all`);
  }
  if (checks.errors.length > 0) {
    throw invalidInput({ errors: checks.errors.slice(0, MAX_ERRORS) });
  }
  return { ...given, description: given['description'] ?? null } as unknown as TemplateDraft;
}

class DraftChecks {
  readonly errors: InvalidMember[] = [];

  fail(pointer: string, code: string, message: string): void {
    this.errors.push({ pointer, code, message });
  }

  text(
    pointer: string,
    value: unknown,
    { max, optional = false }: { max: number; optional?: boolean },
  ): void {
    if (optional && (value === undefined || value === null)) {
      return;
    }
    if (value === undefined) {
      this.fail(pointer, 'required', 'is required');
    } else if (typeof value !== 'string') {
      this.fail(pointer, 'wrong-type', 'must be a string');
    } else if (value.length > max) {
      this.fail(pointer, 'too-long', `must be at most ${max} characters long`);
    }
  }

  category(pointer: string, value: unknown): void {
    if (typeof value !== 'string' || !isCategory(value)) {
      this.fail(pointer, 'invalid-category', CATEGORY_RULE.message);
    }
  }

  /** Only as it's commonly written, so that no two are the same. */
  locale(pointer: string, value: unknown): void {
    if (typeof value !== 'string' || value.length > LOCALE_MAX_LENGTH || !isLocale(value)) {
      this.fail(pointer, 'invalid-locale', 'must be a BCP 47 language tag, such as de-AT');
      return;
    }
    const [canonical] = Intl.getCanonicalLocales(value);
    if (canonical !== value) {
      this.fail(pointer, 'invalid-locale', `must be written as ${canonical}`);
    }
  }

  /** Checks an object that has names chosen by the client. */
  each(
    pointer: string,
    value: unknown,
    max: number,
    check: (pointer: string, name: string, value: unknown) => void,
  ): void {
    if (!isJsonObject(value)) {
      this.fail(pointer, 'wrong-type', 'must be an object');
      return;
    }
    const members = Object.entries(value);
    if (members.length > max) {
      this.fail(pointer, 'too-large', `must have at most ${max} members`);
      return;
    }
    for (const [name, member] of members) {
      check(memberPointer(pointer, name), name, member);
    }
  }

  variable(pointer: string, name: string, value: unknown): void {
    if (!new RegExp(VARIABLE_NAME).test(name)) {
      this.fail(
        pointer,
        'invalid-name',
        'must consist of letters, digits and _, and start with a lowercase letter',
      );
    } else if (GLOBAL_VARIABLES.some((global) => global === name)) {
      this.fail(pointer, 'reserved-name', 'is a variable that every template has');
    }
    this.members(pointer, value, ['type', 'optional', 'secret', 'description'], (given) => {
      const { type, optional, secret, description } = given;
      if (!VARIABLE_TYPES.some((known) => known === type)) {
        this.fail(`${pointer}/type`, 'not-one-of', `must be one of: ${VARIABLE_TYPES.join(', ')}`);
      }
      for (const [flag, set] of Object.entries({ optional, secret })) {
        if (set !== undefined && typeof set !== 'boolean') {
          this.fail(`${pointer}/${flag}`, 'wrong-type', 'must be true or false');
        }
      }
      this.text(`${pointer}/description`, description, { max: DESCRIPTION_MAX_LENGTH, optional: true });
    });
  }

  example(pointer: string, value: unknown): void {
    if (!isJsonObject(value)) {
      this.fail(pointer, 'wrong-type', 'must be an object');
    } else if (Buffer.byteLength(JSON.stringify(value)) > MAX_EXAMPLE_BYTES) {
      this.fail(pointer, 'too-large', `must be at most ${MAX_EXAMPLE_BYTES} bytes of JSON`);
    }
  }

  content(pointer: string, value: unknown): void {
    this.members(pointer, value, CHANNELS, (contents) => {
      if (Object.keys(contents).length === 0) {
        this.fail(pointer, 'required', `must have at least one of: ${CHANNELS.join(', ')}`);
      }
      for (const channel of CHANNELS.filter((name) => contents[name] !== undefined)) {
        const at = `${pointer}/${channel}`;
        const parts = Object.entries(MAX_LENGTHS[channel]);
        this.members(
          at,
          contents[channel],
          parts.map(([part]) => part),
          (given) => {
            for (const [part, max] of parts) {
              this.text(`${at}/${part}`, given[part], { max, optional: !REQUIRED[channel].includes(part) });
            }
          },
        );
      }
    });
  }

  private members(
    pointer: string,
    value: unknown,
    known: readonly string[],
    check: (given: JsonObject) => void,
  ): void {
    if (!isJsonObject(value)) {
      this.fail(
        pointer,
        value === undefined ? 'required' : 'wrong-type',
        value === undefined ? 'is required' : 'must be an object',
      );
      return;
    }
    for (const name of Object.keys(value).filter((member) => !known.includes(member))) {
      this.errors.push(unknownMember(memberPointer(pointer, name)));
    }
    check(value);
  }
}
