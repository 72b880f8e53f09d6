import { ormOptions } from '../../config/mikro-orm.config.js';
import { MIGRATIONS } from '../../migrations/index.js';
import { ENTITIES } from './entities.js';

/** The ORM's options for this application's entities and migrations. */
export function createOrmOptions(url: string, poolSize: number) {
  return ormOptions({ url, poolSize, entities: ENTITIES, migrations: MIGRATIONS });
}
