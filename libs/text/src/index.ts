export { countGraphemes, firstGraphemes } from './graphemes.js';
export { printable } from './printable.js';
