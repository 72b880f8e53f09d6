export { countGraphemes, firstGraphemes } from './graphemes.js';
