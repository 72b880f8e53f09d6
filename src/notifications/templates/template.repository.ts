import { type EntityManager, LockMode } from '@mikro-orm/postgresql';
import { keyset, type PageRequest } from '#libs/database';
import { isBuiltIn } from './built-in/built-in-templates.js';
import type { CompiledContents } from './content/template-compiler.js';
import type { TemplateDraft } from './content/template-draft.js';
import { NotificationTemplate } from './template.entity.js';
import { TemplateVersion } from './template-version.entity.js';
import { noLongerSent } from './template-retention.js';

/** What a list says of a template. */
export interface TemplateSummary {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly description: string | null;
  readonly category: string;
  readonly defaultLocale: string;
  readonly locales: readonly string[];
  readonly publishedVersion: number | null;
  readonly draftChanged: boolean;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

/** Returns one row more than the limit, oldest first, without what the templates say. */
export async function findTemplates(em: EntityManager, page: PageRequest): Promise<TemplateSummary[]> {
  const { where, options } = keyset(page, 'oldest first');
  const fields = [
    'id',
    'name',
    'builtIn',
    'description',
    'category',
    'defaultLocale',
    'publishedVersion',
    'draftChanged',
    'createdAt',
    'updatedAt',
  ] as const;
  const templates = await em.find(NotificationTemplate, where, { ...options, fields });
  const locales = await em.execute<{ id: string; locales: string[] }[]>(
    `select id, array(select jsonb_object_keys(contents)) as locales
       from notifications.templates where id in (select jsonb_array_elements_text(?::jsonb)::uuid)`,
    [JSON.stringify(templates.map(({ id }) => id))],
  );
  const localesOf = new Map(locales.map((row) => [row.id, row.locales]));
  return templates.map((template) => ({
    ...template,
    description: template.description ?? null,
    publishedVersion: template.publishedVersion ?? null,
    locales: localesOf.get(template.id) ?? [],
  }));
}

/** @param except those of these IDs aren't counted */
export function countTemplates(em: EntityManager, except: readonly string[] = []): Promise<number> {
  return em.count(NotificationTemplate, except.length === 0 ? {} : { id: { $nin: [...except] } });
}

/** A release may add a built-in template whose name someone has used before. It takes the place of theirs. */
export function findTemplateByName(em: EntityManager, name: string): Promise<NotificationTemplate | null> {
  return em.findOne(NotificationTemplate, { name, builtIn: isBuiltIn(name) });
}

/** Locks the template until the transaction ends. */
export function lockTemplateByName(em: EntityManager, name: string): Promise<NotificationTemplate | null> {
  return em.findOne(
    NotificationTemplate,
    { name, builtIn: isBuiltIn(name) },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
}

/** Makes transactions that create templates wait for each other, so that there never are too many. */
export async function lockTemplateCreation(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(hashtextextended('create-template', 0))`);
}

export interface VersionSummary {
  readonly id: string;
  readonly number: number;
  readonly publishedAt: Date;
  readonly publishedBy: string;
}

/** Returns one row more than the limit, newest first, without what the versions say. */
export function findVersions(
  em: EntityManager,
  templateId: string,
  page: PageRequest,
): Promise<VersionSummary[]> {
  const { where, options } = keyset(page);
  const fields = ['id', 'number', 'publishedAt', 'publishedBy'] as const;
  return em.find(TemplateVersion, { ...where, templateId, expiresAt: null }, { ...options, fields });
}

export function countVersions(em: EntityManager, templateId: string): Promise<number> {
  return em.count(TemplateVersion, { templateId, expiresAt: null });
}

export function findVersion(
  em: EntityManager,
  templateId: string,
  number: number,
): Promise<TemplateVersion | null> {
  return em.findOne(TemplateVersion, { templateId, number, expiresAt: null });
}

/** Has versions deleted once nothing that was accepted with them can still be sent. @param upTo the newest of them */
export async function expireVersions(
  em: EntityManager,
  templateId: string,
  { upTo, at }: { readonly upTo: number; readonly at: Date },
): Promise<void> {
  await em.execute(
    `update notifications.template_versions set expires_at = ?
      where template_id = ? and number <= ? and expires_at is null`,
    [at, templateId, upTo],
    'run',
  );
}

/** Keeps a version that no template has any more for as long as what is accepted now is sent. */
export async function keepVersion(em: EntityManager, id: string, now: Date): Promise<void> {
  const until = noLongerSent(now).toISOString();
  await em.execute(
    'update notifications.template_versions set expires_at = ? where id = ? and expires_at < ?',
    [until, id, until],
    'run',
  );
}

/** The version that is sent. */
export interface PublishedVersion {
  readonly id: string;
  readonly category: string;
  readonly defaultLocale: string;
  readonly variables: TemplateDraft['variables'];
  readonly compiled: CompiledContents;
}

/** The categories of templates that are sent. */
export async function findCategories(em: EntityManager): Promise<string[]> {
  const rows = await em.execute<{ category: string }[]>(
    `select distinct v.category from notifications.templates t
       join notifications.template_versions v
         on v.template_id = t.id and v.number = t.published_version and v.expires_at is null
      where not t.built_in`,
  );
  return rows.map(({ category }) => category);
}

/** @returns the ID of the version that is sent, or null if there's no such template, or it isn't published */
export async function findPublishedId(
  em: EntityManager,
  name: string,
  builtIn: boolean,
): Promise<string | null> {
  const [row] = await em.execute<{ id: string }[]>(
    `select v.id from notifications.templates t
       join notifications.template_versions v
         on v.template_id = t.id and v.number = t.published_version and v.expires_at is null
      where t.name = ? and t.built_in = ?`,
    [name, builtIn],
  );
  return row?.id ?? null;
}

export async function findVersionById(em: EntityManager, id: string): Promise<PublishedVersion | null> {
  const version = await em.findOne(TemplateVersion, { id });
  if (!version) {
    return null;
  }
  const { category, draft } = version;
  const { defaultLocale, variables } = draft;
  return { id, category, defaultLocale, variables, compiled: version.compiled };
}
