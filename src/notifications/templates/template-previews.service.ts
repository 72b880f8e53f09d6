import { Inject, Injectable } from '@nestjs/common';
import { type JsonObject, MAX_ERRORS, memberPointer } from '#libs/json';
import { invalidInput } from '#libs/problem';
import { siteOf, TEMPLATE_OPTIONS, type TemplateOptions } from './template.options.js';
import type { ChannelSources } from './content/template-compiler.js';
import { type ChannelName, SECURITY } from './content/template-draft.js';
import { invalidData, templateValues } from './content/variables.js';
import { contentFor } from './published-contents.js';
import { lookUpLocale } from './rendering/pick-locale.js';
import { type RenderedMail, renderEmail } from './rendering/render-email.js';
import { type RenderedInbox, renderInbox } from './rendering/render-inbox.js';
import { type RenderedPush, renderPush } from './rendering/render-push.js';
import { type RenderedSms, renderSms } from './rendering/render-sms.js';
import { TemplatePublishingService } from './template-publishing.service.js';
import { invalidTemplate } from './templates.errors.js';
import { draftOf } from './template.js';
import { TemplatesService } from './templates.service.js';

export interface PreviewRequest {
  readonly locale: string | undefined;
  /** Instead of values of the example data. */
  readonly data: JsonObject;
}

export interface Preview {
  /** The language that such a recipient gets. */
  readonly locale: string;
  readonly email: RenderedMail | null;
  readonly inbox: RenderedInbox | null;
  readonly sms: RenderedSms | null;
  readonly push: RenderedPush | null;
}

/** Shows what a draft would look like. */
@Injectable()
export class TemplatePreviewsService {
  constructor(
    private readonly templates: TemplatesService,
    private readonly publishing: TemplatePublishingService,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /** @throws Problem `template-not-found`, `invalid-template`, `invalid-input` */
  async preview(name: string, { locale: wanted, data }: PreviewRequest): Promise<Preview> {
    const draft = draftOf(await this.templates.get(name));
    const contents = await this.publishing.compile(name, draft);
    const locale = (wanted && lookUpLocale(Object.keys(contents), wanted)) ?? draft.defaultLocale;
    const given = { ...draft.exampleData, ...data };
    const errors = invalidData(draft.variables, given, '/data');
    if (errors.length > 0) {
      throw invalidInput({ errors: errors.slice(0, MAX_ERRORS) });
    }
    const version = { ...draft, id: name, compiled: contents };
    const unsubscribeUrl =
      draft.category === SECURITY ? undefined : `${this.options.publicUrl}/unsubscribe/…`;
    const reader = {
      to: { displayName: 'Ada', email: 'ada@acme.com', locale },
      site: siteOf(this.options),
    };
    const values = (own: { unsubscribeUrl?: string | undefined } = {}): object =>
      templateValues(draft.variables, given, { ...reader, ...own });
    const rendered = <C extends ChannelName, R>(
      channel: C,
      render: (source: ChannelSources[C]) => R,
    ): R | null => {
      const source = contentFor(version, channel, locale);
      try {
        return source ? render(source) : null;
      } catch (error) {
        const shown = draft.contents[locale]?.[channel] ? locale : draft.defaultLocale;
        const pointer = `${memberPointer('/contents', shown)}/${channel}`;
        const { message } = error as Error;
        throw invalidTemplate({ errors: [{ pointer, code: 'rendering-failed', message }] });
      }
    };
    return {
      locale,
      email: rendered('email', (source) => renderEmail(source, values({ unsubscribeUrl }))),
      inbox: rendered('inbox', (source) => renderInbox(source, values())),
      sms: rendered('sms', (source) => renderSms(source, values())),
      push: rendered('push', (source) => renderPush(source, values())),
    };
  }
}
