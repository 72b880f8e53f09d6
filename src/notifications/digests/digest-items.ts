import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { findSealed, openDelivery } from '../deliveries/index.js';
import {
  contentFor,
  PublishedTemplates,
  type PublishedVersion,
  renderEmail,
  renderInbox,
  siteOf,
  TEMPLATE_OPTIONS,
  type TemplateOptions,
  templateValues,
} from '../templates/index.js';

/** A notification in a digest, as its template gets it. */
export interface DigestItem {
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
}

/** In characters. */
const BODY_MAX_LENGTH = 500;

/** Renders what digests say about each notification: what the inbox says, or else the subject of the email. */
@Injectable()
export class DigestItems {
  private readonly logger = new Logger(DigestItems.name);

  constructor(
    private readonly sealer: Sealer,
    private readonly templates: PublishedTemplates,
    @Inject(TEMPLATE_OPTIONS) private readonly options: TemplateOptions,
  ) {}

  /** @param ids of deliveries */
  async render(em: EntityManager, user: DirectoryUser, ids: readonly string[]): Promise<DigestItem[]> {
    const items: DigestItem[] = [];
    for (const { id, template, sealed } of await findSealed(em, ids)) {
      items.push(await this.itemOf(user, id, template, sealed));
    }
    return items;
  }

  /** Nothing may get lost, so what can't be rendered is mentioned by its name. */
  private async itemOf(to: DirectoryUser, id: string, template: string, sealed: string): Promise<DigestItem> {
    try {
      const { data, templateVersion = '' } = openDelivery(this.sealer, id, sealed);
      const version = await this.templates.byId(templateVersion);
      if (!version) {
        throw new Error('the template was deleted');
      }
      const values = templateValues(version.variables, data, { to, site: siteOf(this.options) });
      return inboxItem(version, to.locale, values) ?? emailItem(version, to.locale, values);
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return { title: template, body: '', url: null };
    }
  }
}

/** Undefined if there's none, or if it can't be rendered: notifications that are only emails can have other data. */
function inboxItem(version: PublishedVersion, locale: string, values: object): DigestItem | undefined {
  const inbox = contentFor(version, 'inbox', locale);
  try {
    const rendered = inbox && renderInbox(inbox, values);
    return rendered && { ...rendered, body: shortened(rendered.body) };
  } catch {
    return undefined;
  }
}

function emailItem(version: PublishedVersion, locale: string, values: object): DigestItem {
  const email = contentFor(version, 'email', locale);
  if (!email) {
    throw new Error('the template has no email');
  }
  return { title: renderEmail(email, { ...values, unsubscribeUrl: null }).subject, body: '', url: null };
}

function shortened(text: string): string {
  return text.length > BODY_MAX_LENGTH ? `${text.slice(0, BODY_MAX_LENGTH - 1).trimEnd()}…` : text;
}
