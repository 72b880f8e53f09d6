import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database } from '#libs/database';
import { findPublishedId, findVersionById, type PublishedVersion } from './template.repository.js';

/** So that a new version is sent within a second everywhere, and a burst of notifications asks only once. */
const KNOWN_MS = 1_000;
const MAX_NAMES = 1_000;
/** In characters of JSON. */
const MAX_SIZE = 20_000_000;

/** The versions of templates that are sent. */
@Injectable()
export class PublishedTemplates {
  /** By name, with whether it's built in. An empty ID means that nothing is published. */
  private readonly ids: LRUCache<string, string>;
  /** By ID. They never change. */
  private readonly versions: LRUCache<string, PublishedVersion>;

  constructor(database: Database) {
    this.ids = new LRUCache({
      max: MAX_NAMES,
      ttl: KNOWN_MS,
      fetchMethod: async (key) => {
        const [name = '', kind] = key.split(' ');
        return (await database.run((em) => findPublishedId(em, name, kind === 'built-in'))) ?? '';
      },
    });
    this.versions = new LRUCache({
      maxSize: MAX_SIZE,
      sizeCalculation: (version) => JSON.stringify(version).length,
      fetchMethod: async (id) => (await database.run((em) => findVersionById(em, id))) ?? undefined,
    });
  }

  /** @returns null if nothing is published under this name */
  async find(name: string, { isBuiltIn }: { readonly isBuiltIn: boolean }): Promise<PublishedVersion | null> {
    const id = await this.ids.fetch(`${name} ${isBuiltIn ? 'built-in' : 'own'}`);
    return id ? this.byId(id) : null;
  }

  /** @returns null if the template was deleted, or has had many versions since */
  async byId(id: string): Promise<PublishedVersion | null> {
    return (await this.versions.fetch(id)) ?? null;
  }
}
