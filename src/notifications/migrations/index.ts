import { Migration20261122000000 } from './20261122000000-foundation.js';

/** In the order in which they are applied. A release never changes one that another release has applied. */
export const MIGRATIONS = [Migration20261122000000];
