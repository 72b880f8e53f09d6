import type { InvalidMember } from '#libs/problem';
import type { TemplateDraft, TemplateVariable } from './template-draft.js';

const ATTRIBUTE = /\s([a-z:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
/** What such a value says could end it, and begin another attribute. */
const UNQUOTED = /<[a-z][^<>]*\s([a-z:-]+)\s*=(?!\s*["'])[^\s<>"']*\{\{/i;
const STYLE = /<style[^>]*>(.*?)<\/style>/gis;
/** The name of a variable that is output, with a dot if only a part of it is. */
const VARIABLE = /\{\{-?\s*([A-Za-z_]\w*\.?)/g;
/** The variable alone. */
const ONLY_VARIABLE = /^\{\{-?\s*\w+\s*-?\}\}$/;
const LOADED_OR_OPENED = ['href', 'src', 'background', 'action'];

/**
 * Finds attributes that could give away a secret, such as the URL of a counting pixel, or that values could turn into
 * something else, such as `javascript:`. It stops mistakes, not authors who try to get around it.
 */
export function unsafeAttributes(
  html: string,
  variables: TemplateDraft['variables'],
  pointer: string,
): InvalidMember[] {
  const [, unquoted] = UNQUOTED.exec(html) ?? [];
  return [
    ...(unquoted === undefined
      ? []
      : [
          { pointer, code: 'unquoted-attribute', message: `has a value without quotes: that of ${unquoted}` },
        ]),
    ...[...html.matchAll(STYLE)].flatMap(([, css = '']) => secretIn(css, variables, pointer)),
    ...[...html.matchAll(ATTRIBUTE)].flatMap(([, attribute = '', double, single]) => {
      const value = (double ?? single ?? '').trim();
      const name = attribute.toLowerCase();
      const findSecret = name === 'href' ? secretInUrl : secretIn;
      return [...findSecret(value, variables, pointer), ...notAUrl(name, value, variables, pointer)];
    }),
  ];
}

/** A secret can be a whole URL, which leads to where it belongs, but not a part of another one. */
export function secretInUrl(
  value: string,
  variables: TemplateDraft['variables'],
  pointer: string,
): InvalidMember[] {
  return ONLY_VARIABLE.test(value.trim()) ? [] : secretIn(value, variables, pointer);
}

function secretIn(text: string, variables: TemplateDraft['variables'], pointer: string): InvalidMember[] {
  const secret = usedIn(text)
    .map((name) => name.replace('.', ''))
    .find((name) => variableOf(variables, name)?.secret);
  return secret === undefined
    ? []
    : [
        {
          pointer,
          code: 'secret-in-url',
          message: `has the secret variable "${secret}" where it could leak`,
        },
      ];
}

/** Parts of objects are not checked, since only whole variables have a type. */
function notAUrl(
  attribute: string,
  value: string,
  variables: TemplateDraft['variables'],
  pointer: string,
): InvalidMember[] {
  const [first = ''] = usedIn(value);
  const type = variableOf(variables, first)?.type;
  const isText = first.startsWith('recipient') || (type !== undefined && type !== 'url');
  return LOADED_OR_OPENED.includes(attribute) && value.startsWith('{{') && isText
    ? [
        {
          pointer,
          code: 'not-a-url',
          message: `starts a URL with "${first}", which isn't a variable of type url`,
        },
      ]
    : [];
}

function usedIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** @param name with a dot for a part of the variable */
function variableOf(variables: TemplateDraft['variables'], name: string): TemplateVariable | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
