/** `npm run seed -- --users N`: fills the database with users. */
import { main } from '../project.mjs';
import { runCommand } from './run-command.ts';

await main(() => runCommand('seed.js'));
