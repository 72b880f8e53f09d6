import { Injectable } from '@nestjs/common';
import { memberPointer } from '#libs/json';
import type { InvalidMember } from '#libs/problem';
import {
  type EmailSource,
  htmlEngine,
  type InboxSource,
  ParsedSource,
  type PushSource,
  type SmsSource,
  textEngine,
} from '../rendering/liquid.js';
import { MjmlThreads } from '../rendering/mjml-threads.js';
import { secretInUrl, unsafeAttributes } from './attributes.js';
import { GLOBAL_VARIABLES } from './draft-rules.js';
import { CHANNELS, type EmailContent, type LocalizedContent, type TemplateDraft } from './template-draft.js';
import { invalidData } from './variables.js';

/** What is rendered for each channel. */
export interface ChannelSources {
  readonly email: EmailSource;
  readonly inbox: InboxSource;
  readonly sms: SmsSource;
  readonly push: PushSource;
}

/** What a template says in one language, ready to be rendered. */
export type CompiledContent = Partial<ChannelSources>;

/** By locale. */
export type CompiledContents = Readonly<Record<string, CompiledContent>>;

export interface Compiled {
  readonly contents: CompiledContents;
  /** Why the draft can't be published. Empty if it can. Pointers are into the draft. */
  readonly errors: readonly InvalidMember[];
}

/** What an email may and must use. */
interface Usage {
  readonly variables: TemplateDraft['variables'];
  readonly indispensable: readonly string[];
}

/** A Liquid source, and where it is in the draft. */
interface Part {
  readonly pointer: string;
  readonly liquid: typeof textEngine;
  readonly source: string;
  readonly mustUse: readonly string[];
}

const RECIPIENT_MEMBERS: readonly string[] = ['displayName', 'email', 'locale'];

/** Turns drafts into what is rendered, and finds what would only fail in someone's mail. */
@Injectable()
export class TemplateCompiler {
  constructor(private readonly mjml: MjmlThreads) {}

  /** @param indispensable variables that every email of the template has to use */
  async compile(draft: TemplateDraft, indispensable: readonly string[]): Promise<Compiled> {
    const { variables, exampleData } = draft;
    const errors = invalidData(variables, exampleData, '/exampleData', { isPartial: true });
    errors.push(...missingContents(draft));
    const contents: Record<string, CompiledContent> = {};
    for (const [locale, content] of Object.entries(draft.contents)) {
      const pointer = memberPointer('/contents', locale);
      const compiled = await this.compileContent(content, pointer, { variables, indispensable });
      contents[locale] = compiled.content;
      errors.push(...compiled.errors);
    }
    return { contents, errors };
  }

  private async compileContent(
    { email, ...others }: LocalizedContent,
    pointer: string,
    usage: Usage,
  ): Promise<{ content: CompiledContent; errors: InvalidMember[] }> {
    const plain = plainSources(others);
    const errors = Object.entries(plain).flatMap(([channel, texts]) =>
      textMistakes(texts, `${pointer}/${channel}`, usage),
    );
    if (!email) {
      return { content: plain, errors };
    }
    const at = `${pointer}/email`;
    const compiled = await this.compileEmail(email, at);
    return Array.isArray(compiled)
      ? { content: plain, errors: [...errors, ...compiled] }
      : {
          content: { ...plain, email: compiled },
          errors: [...errors, ...emailMistakes(email, compiled, at, usage)],
        };
  }

  private async compileEmail(email: EmailContent, pointer: string): Promise<EmailSource | InvalidMember[]> {
    const { subject, mjml, html, text } = email;
    if ((mjml === undefined) === (html === undefined)) {
      return [{ pointer, code: 'conflicting', message: 'must have either `mjml` or `html`' }];
    }
    if (subject.trim() === '') {
      return [{ pointer: `${pointer}/subject`, code: 'too-short', message: 'must not be empty' }];
    }
    const result = mjml === undefined ? { html: html ?? '' } : await this.mjml.toHtml(mjml);
    return 'error' in result
      ? [{ pointer: `${pointer}/mjml`, code: 'invalid-mjml', message: result.error }]
      : { subject, html: result.html, text: text ?? null };
  }
}

/** Of the channels that show plain texts. */
function plainSources({ inbox, sms, push }: LocalizedContent): Omit<CompiledContent, 'email'> {
  return {
    ...(inbox && { inbox: { ...inbox, url: inbox.url ?? null } }),
    ...(sms && { sms }),
    ...(push && { push: { ...push, url: push.url ?? null } }),
  };
}

/** Recipients whose language is missing get the default one, which therefore needs all channels that any language has. */
function missingContents({ contents, defaultLocale }: TemplateDraft): InvalidMember[] {
  const pointer = memberPointer('/contents', defaultLocale);
  const message = 'is required, because it is the default locale';
  const standard = Object.hasOwn(contents, defaultLocale) ? contents[defaultLocale] : undefined;
  if (!standard) {
    return [{ pointer, code: 'required', message }];
  }
  return CHANNELS.filter(
    (channel) => !standard[channel] && Object.values(contents).some((content) => content[channel]),
  ).map((channel) => ({ pointer: `${pointer}/${channel}`, code: 'required', message }));
}

function emailMistakes(
  email: EmailContent,
  { subject, html, text }: EmailSource,
  pointer: string,
  usage: Usage,
): InvalidMember[] {
  const body = `${pointer}/${email.mjml === undefined ? 'html' : 'mjml'}`;
  const mustUse = usage.indispensable;
  return [
    ...mistakesIn({ pointer: `${pointer}/subject`, liquid: textEngine, source: subject, mustUse: [] }, usage),
    ...mistakesIn({ pointer: body, liquid: htmlEngine, source: html, mustUse }, usage),
    ...(text === null
      ? []
      : mistakesIn({ pointer: `${pointer}/text`, liquid: textEngine, source: text, mustUse }, usage)),
    ...unsafeAttributes(html, usage.variables, body),
  ];
}

/** Of what consists of plain texts, and a `url` that a click leads to. */
function textMistakes(texts: InboxSource | SmsSource, pointer: string, usage: Usage): InvalidMember[] {
  return Object.entries(texts).flatMap(([part, source]: [string, string | null]) => {
    const at = `${pointer}/${part}`;
    if (part !== 'url' && source?.trim() === '') {
      return [{ pointer: at, code: 'too-short', message: 'must not be empty' }];
    }
    return source === null
      ? []
      : [
          ...mistakesIn({ pointer: at, liquid: textEngine, source, mustUse: [] }, usage),
          ...(part === 'url' ? secretInUrl(source, usage.variables, at) : []),
        ];
  });
}

function mistakesIn({ pointer, liquid, source, mustUse }: Part, { variables }: Usage): InvalidMember[] {
  let used: string[][];
  try {
    used = ParsedSource.of(liquid, source).variables();
  } catch (error) {
    return [{ pointer, code: 'invalid-liquid', message: (error as Error).message }];
  }
  return [...unknownVariables(used, variables, pointer), ...missingVariables(used, mustUse, pointer)];
}

function unknownVariables(
  used: readonly string[][],
  variables: TemplateDraft['variables'],
  pointer: string,
): InvalidMember[] {
  const unknown = used.filter(([name = '', member]) =>
    name === 'recipient'
      ? member !== undefined && !RECIPIENT_MEMBERS.includes(member)
      : !Object.hasOwn(variables, name) && !GLOBAL_VARIABLES.some((global) => global === name),
  );
  return [...new Set(unknown.map((segments) => segments.slice(0, 2).join('.')))].map((name) => ({
    pointer,
    code: 'unknown-variable',
    message: `uses the variable "${name}", which is not declared`,
  }));
}

function missingVariables(
  used: readonly string[][],
  indispensable: readonly string[],
  pointer: string,
): InvalidMember[] {
  return indispensable
    .filter((name) => !used.some(([root]) => root === name))
    .map((name) => ({
      pointer,
      code: 'missing-variable',
      message: `must use the variable "${name}": the email is of no use without it`,
    }));
}
