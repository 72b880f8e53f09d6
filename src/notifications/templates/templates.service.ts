import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Clock, IdSource } from '#libs/clock';
import { Database, type PageRequest, type Slice, sliceOf } from '#libs/database';
import { type JsonObject, mergePatch } from '#libs/json';
import { AuditTrail } from '../audit/index.js';
import { type BuiltInTemplate, builtIns, findBuiltIn, isBuiltIn } from './built-in/built-in-templates.js';
import { toDraft } from './content/draft-rules.js';
import type { TemplateDraft } from './content/template-draft.js';
import {
  builtInOf,
  type Condition,
  draftOf,
  requireExpected,
  saysTheSame,
  type Template,
  templateOf,
} from './template.js';
import { NotificationTemplate } from './template.entity.js';
import { noLongerSent } from './template-retention.js';
import { withBuiltIns } from './template-list.js';
import {
  countTemplates,
  expireVersions,
  findTemplateByName,
  findTemplates,
  findVersion,
  lockTemplateByName,
  lockTemplateCreation,
  type TemplateSummary,
} from './template.repository.js';
import { builtInTemplate, templateExists, templateNotFound, tooManyTemplates } from './templates.errors.js';
import { templateCreated, templateDeleted, templateUpdated } from './templates.events.js';

const MAX_TEMPLATES = 500;
const EMPTY = { category: 'general', defaultLocale: 'en', variables: {}, exampleData: {}, contents: {} };

/** Templates and their drafts: what administrators write. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  /** The built-in ones first, then oldest first. */
  list(page: PageRequest, withTotal: boolean): Promise<Slice<TemplateSummary>> {
    return this.database.run(async (em) => {
      const rows = await findTemplates(em, page);
      const builtIn = builtIns();
      return {
        ...sliceOf(withBuiltIns(rows, builtIn, page), page),
        ...(withTotal
          ? {
              total:
                builtIn.length +
                (await countTemplates(
                  em,
                  builtIn.map(({ id }) => id),
                )),
            }
          : {}),
      };
    });
  }

  /** @throws Problem `template-not-found` */
  async get(name: string): Promise<Template> {
    const stored = await this.database.run((em) => findTemplateByName(em, name));
    const found = stored ? templateOf(stored) : builtInOf(name);
    if (!found) {
      throw templateNotFound();
    }
    return found;
  }

  /** @throws Problem `invalid-input`, `template-exists`, `too-many-templates` */
  create(name: string, given: JsonObject): Promise<Template> {
    const draft = toDraft(mergePatch(EMPTY, given));
    return this.database.transaction(async (em) => {
      await lockTemplateCreation(em);
      if (isBuiltIn(name) || (await findTemplateByName(em, name))) {
        throw templateExists();
      }
      if ((await countTemplates(em)) >= MAX_TEMPLATES) {
        throw tooManyTemplates();
      }
      const now = this.clock.now();
      const template = em.create(NotificationTemplate, {
        ...draft,
        id: this.ids.next(now),
        name,
        builtIn: false,
        publishedVersion: null,
        draftChanged: true,
        createdAt: now,
        updatedAt: now,
      });
      await em.persist(template).flush();
      await this.audit.record(em, templateCreated, template.id, null, name);
      return templateOf(template);
    });
  }

  /**
   * Merges the patch into the draft (RFC 7396). The first patch of a built-in template stores it.
   * @throws Problem `template-not-found`, `precondition-failed`, `invalid-input`, `built-in-template`
   */
  update(name: string, patch: JsonObject, isExpected: Condition): Promise<Template> {
    return this.database.transaction(async (em) => {
      const builtIn = findBuiltIn(name);
      if (builtIn) {
        await lockTemplateCreation(em);
      }
      const stored = await lockTemplateByName(em, name);
      const before = stored ? templateOf(stored) : builtInOf(name);
      if (!before) {
        throw templateNotFound();
      }
      requireExpected(isExpected, before);
      const draft = toDraft(mergePatch({ ...draftOf(before) }, patch));
      if (isDeepStrictEqual(draft, draftOf(before))) {
        return before;
      }
      if (builtIn && !isOnlyWorded(draft, builtIn.draft)) {
        throw builtInTemplate();
      }
      const now = this.clock.now();
      const template =
        stored ??
        em.create(NotificationTemplate, {
          ...draft,
          id: before.id,
          name,
          builtIn: true,
          publishedVersion: null,
          draftChanged: true,
          createdAt: now,
          updatedAt: now,
        });
      const sent = await sentBy(em, template, builtIn);
      Object.assign(template, draft, { updatedAt: now, draftChanged: !sent || !saysTheSame(draft, sent) });
      await em.persist(template).flush();
      await this.audit.record(em, templateUpdated, template.id, null, name);
      return templateOf(template);
    });
  }

  /**
   * Deletes a template with its versions. A built-in one gets its texts back. What was accepted before is still sent.
   * @throws Problem `template-not-found`, `precondition-failed`, `built-in-template`
   */
  async delete(name: string, isExpected: Condition): Promise<void> {
    await this.database.transaction(async (em) => {
      const stored = await lockTemplateByName(em, name);
      if (!stored) {
        throw isBuiltIn(name) ? builtInTemplate() : templateNotFound();
      }
      requireExpected(isExpected, templateOf(stored));
      const at = noLongerSent(this.clock.now());
      await expireVersions(em, stored.id, { upTo: stored.versions, at });
      await em.remove(stored).flush();
      await this.audit.record(em, templateDeleted, stored.id, null, name);
    });
  }
}

/** Whether a draft of a built-in template only says it in other words: the program fills in the rest. */
function isOnlyWorded({ category, variables, contents }: TemplateDraft, builtIn: TemplateDraft): boolean {
  return (
    category === builtIn.category &&
    isDeepStrictEqual(variables, builtIn.variables) &&
    Object.values(contents).every(({ email, ...others }) => email && Object.keys(others).length === 0)
  );
}

/** What is sent now: the published version, or else the built-in texts. */
async function sentBy(
  em: EntityManager,
  { id, publishedVersion }: NotificationTemplate,
  builtIn: BuiltInTemplate | undefined,
): Promise<TemplateDraft | undefined> {
  const version = publishedVersion ? await findVersion(em, id, publishedVersion) : null;
  return version?.draft ?? builtIn?.draft;
}
