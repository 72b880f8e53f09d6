import { MikroORM, type Options } from '@mikro-orm/postgresql';
import { hold } from './fixture.js';

/** An ORM without entities, for tests of what lies below them. */
export function holdOrm(clientUrl: string, options: Options = {}): Promise<MikroORM> {
  const orm = MikroORM.init({
    clientUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    logger: () => undefined,
    ...options,
  });
  return hold(orm, (opened) => opened.close());
}
