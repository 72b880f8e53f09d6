export { type DeadLetter, DeadLetters, NotADeadLetterError } from './dead-letters.js';
export { queuePrefix } from './queue-prefix.js';
