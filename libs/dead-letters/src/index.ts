export { type DeadLetter, DeadLetters, NotADeadLetterError } from './dead-letters.js';
