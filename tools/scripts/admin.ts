/** `npm run admin -- list|create EMAIL|reset-password EMAIL|rotate-keys|key-usage|rebuild-recipients`: what operators do from a shell. */
import { main } from '../project.mjs';
import { runCommand } from './run-command.ts';

await main(() => runCommand('admin.js'));
