/** `npm run admin -- list|create EMAIL|reset-password EMAIL`: manages accounts. */
import { main } from '../project.mjs';
import { runCommand } from './run-command.ts';

await main(() => runCommand('admin.js'));
