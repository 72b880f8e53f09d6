import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DirectoryUser } from '#libs/contracts';
import { Sealer } from '#libs/crypto';
import { type DeliveryPayload, findSealed, openDelivery } from '../deliveries/index.js';
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

/** What doesn't fit is in the inbox. In characters. */
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
  private async itemOf(
    user: DirectoryUser,
    id: string,
    template: string,
    sealed: string,
  ): Promise<DigestItem> {
    const payload = openDelivery(this.sealer, id, sealed);
    const version = await this.templates.byId(payload.templateVersion ?? '');
    try {
      return itemIn(version, user, payload, siteOf(this.options));
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown error';
      this.logger.error(`could not render delivery ${id} with the template "${template}": ${reason}`);
      return { title: template, body: '', url: null };
    }
  }
}

function itemIn(
  version: PublishedVersion | null,
  to: DirectoryUser,
  { data }: DeliveryPayload,
  site: string,
): DigestItem {
  const inbox = version && contentFor(version, 'inbox', to.locale);
  const email = version && contentFor(version, 'email', to.locale);
  const values = version ? templateValues(version.variables, data, { to, site }) : {};
  if (inbox) {
    const { title, body, url } = renderInbox(inbox, values);
    return { title, body: shortened(body), url };
  }
  if (email) {
    return { title: renderEmail(email, values).subject, body: '', url: null };
  }
  throw new Error('the template was deleted');
}

function shortened(text: string): string {
  return text.length > BODY_MAX_LENGTH ? `${text.slice(0, BODY_MAX_LENGTH - 1).trimEnd()}…` : text;
}
