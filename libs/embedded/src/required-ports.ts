import { CannotStart } from './embedded-server.js';
import type { Plan } from './environment.js';
import { isFree } from './ports.js';

/**
 * Looks before anything is started: the application would find out only after all preparations, and whatever has the
 * management port could meanwhile be taken for it.
 */
export async function requirePorts({ host, port, managementPort }: Plan): Promise<void> {
  for (const [name, number] of Object.entries({ PORT: port, MANAGEMENT_PORT: managementPort })) {
    // A host that can't be listened on at all is the application's to explain.
    if (!(await isFree(number, host).catch(() => true))) {
      throw new CannotStart(
        `Port ${number} is in use by another program. Stop that, or set ${name} to another port.`,
      );
    }
  }
}
