export { countGraphemes, firstGraphemes } from './graphemes.js';
export { printableUserAgent } from './user-agent.js';
