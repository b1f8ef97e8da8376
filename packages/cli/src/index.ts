export { type LoadOptions, load } from './load.js';
export { createProgram } from './program.js';
export { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.js';
