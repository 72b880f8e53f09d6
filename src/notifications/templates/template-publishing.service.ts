import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { MAX_ERRORS } from '#libs/json';
import { AuditTrail } from '../audit/index.js';
import { INDISPENSABLE, isBuiltIn } from './built-in/built-in-templates.js';
import { type CompiledContents, TemplateCompiler } from './content/template-compiler.js';
import type { TemplateDraft } from './content/template-draft.js';
import type { NotificationTemplate } from './template.entity.js';
import { noLongerSent } from './template-retention.js';
import { TemplateVersion } from './template-version.entity.js';
import {
  countVersions,
  expireVersions,
  findTemplateByName,
  findVersion,
  findVersions,
  lockTemplateByName,
  type VersionSummary,
} from './template.repository.js';
import {
  type Condition,
  draftOf,
  requireExpected,
  saysTheSame,
  type Template,
  templateOf,
} from './template.js';
import { TemplatesService } from './templates.service.js';
import { invalidTemplate, templateNotFound, templateVersionNotFound } from './templates.errors.js';
import { templatePublished } from './templates.events.js';

const KEPT_VERSIONS = 50;

/** Published versions of templates: what is sent. */
@Injectable()
export class TemplatePublishingService {
  constructor(
    private readonly database: Database,
    private readonly templates: TemplatesService,
    private readonly compiler: TemplateCompiler,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /**
   * Makes the draft a version that is sent from now on. Does nothing if that's what is sent already.
   * @throws Problem `template-not-found`, `precondition-failed`, `invalid-template`
   */
  async publish(name: string, publishedBy: string, isExpected: Condition): Promise<Template> {
    for (;;) {
      const before = await this.templates.get(name);
      requireExpected(isExpected, before);
      if (!before.draftChanged) {
        return before;
      }
      const compiled = await this.compile(name, draftOf(before));
      const published = await this.store(before, compiled, publishedBy);
      if (published) {
        return published;
      }
      // Someone has changed the draft in the meantime.
    }
  }

  /** @returns null if the template isn't any more what was compiled */
  private store(before: Template, compiled: CompiledContents, publishedBy: string): Promise<Template | null> {
    return this.database.transaction(async (em) => {
      const template = await lockTemplateByName(em, before.name);
      if (!template || !isDeepStrictEqual(templateOf(template).revision, before.revision)) {
        return null;
      }
      const now = this.clock.now();
      const number = template.versions + 1;
      em.create(TemplateVersion, {
        id: this.ids.next(now),
        templateId: template.id,
        number,
        category: before.category,
        draft: draftOf(before),
        compiled,
        publishedAt: now,
        publishedBy,
        expiresAt: null,
      });
      Object.assign(template, {
        versions: number,
        publishedVersion: number,
        draftChanged: false,
        updatedAt: now,
      });
      await em.flush();
      await expireVersions(em, template.id, { upTo: number - KEPT_VERSIONS, at: noLongerSent(now) });
      await this.recordPublished(em, before, number);
      return templateOf(template);
    });
  }

  /**
   * Sends an earlier version from now on. The draft stays.
   * @throws Problem `template-not-found`, `template-version-not-found`, `precondition-failed`
   */
  republish(name: string, number: number, isExpected: Condition): Promise<Template> {
    return this.database.transaction(async (em) => {
      const template = existing(await lockTemplateByName(em, name));
      const before = templateOf(template);
      requireExpected(isExpected, before);
      const version = await findVersion(em, template.id, number);
      if (!version) {
        throw templateVersionNotFound();
      }
      if (template.publishedVersion !== number) {
        Object.assign(template, {
          publishedVersion: number,
          draftChanged: !saysTheSame(draftOf(before), version.draft),
          updatedAt: this.clock.now(),
        });
        await em.flush();
        await this.recordPublished(em, before, number);
      }
      return templateOf(template);
    });
  }

  /** Newest first. @throws Problem `template-not-found` */
  versions(name: string, page: PageRequest, withTotal: boolean): Promise<Slice<VersionSummary>> {
    return this.ofTemplate(name, async (em, id) => ({
      ...sliceOf(id === null ? [] : await findVersions(em, id, page), page),
      ...(withTotal ? { total: id === null ? 0 : await countVersions(em, id) } : {}),
    }));
  }

  /** @throws Problem `template-not-found`, `template-version-not-found` */
  version(name: string, number: number): Promise<TemplateVersion> {
    return this.ofTemplate(name, async (em, id) => {
      const version = id === null ? null : await findVersion(em, id, number);
      if (!version) {
        throw templateVersionNotFound();
      }
      return version;
    });
  }

  /** @throws Problem `invalid-template` */
  async compile(name: string, draft: TemplateDraft): Promise<CompiledContents> {
    const { contents, errors } = await this.compiler.compile(draft, isBuiltIn(name) ? INDISPENSABLE : []);
    if (errors.length > 0) {
      throw invalidTemplate({ errors: errors.slice(0, MAX_ERRORS) });
    }
    return contents;
  }

  private recordPublished(
    em: EntityManager,
    { id, name, publishedVersion: from }: Template,
    to: number,
  ): Promise<void> {
    return this.audit.record(em, templatePublished, id, { publishedVersion: { from, to } }, name);
  }

  /** @param work gets null for a built-in template that nobody has changed */
  private ofTemplate<T>(
    name: string,
    work: (em: EntityManager, id: string | null) => Promise<T>,
  ): Promise<T> {
    return this.database.run(async (em) => {
      const template = await findTemplateByName(em, name);
      if (!template && !isBuiltIn(name)) {
        throw templateNotFound();
      }
      return work(em, template?.id ?? null);
    });
  }
}

function existing(template: NotificationTemplate | null): NotificationTemplate {
  if (!template) {
    throw templateNotFound();
  }
  return template;
}
