export { createProgram } from './program.js';
export { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.js';
